import { Notice, Page, type PageContext, type Site } from '@baton/ui';
import type { ComponentChildren } from 'preact';

/** The frame of a page with one form; `heading` is its title unless given. */
export const FormPage = (props: { context: PageContext; title: string; heading?: string; children: ComponentChildren }) => (
  <Page title={props.title} site={props.context.site} visit={props.context.visit} mainLanguage="en">
    <div class="wrap narrow stack">
      <h1>{props.heading ?? props.title}</h1>
      {props.children}
    </div>
  </Page>
);

/** What was wrong, above the form. */
export const ProblemNotice = ({ problem }: Pick<PageContext, 'problem'>) =>
  problem ? <Notice tone="bad" title={problem.detail ?? problem.title} /> : null;

/** Buttons of features that need no password. */
export const Ways = ({ ways, context: { to, visit } }: { ways: Site['signInWays']; context: PageContext }) => (
  <>
    {ways.map(({ action, label }) => (
      <form key={action} method="post" action={action}>
        <Destination to={to} />
        <button class="button quiet">{label(visit.language)}</button>
      </form>
    ))}
  </>
);

/** Where to go after this form. */
export const Destination = ({ to }: Pick<PageContext, 'to'>) => (to ? <input type="hidden" name="to" value={to} /> : null);
