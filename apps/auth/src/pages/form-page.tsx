import { Notice, Page, type PageContext } from '@baton/ui';
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

/** Where to go after this form. */
export const Destination = ({ to }: Pick<PageContext, 'to'>) => (to ? <input type="hidden" name="to" value={to} /> : null);
