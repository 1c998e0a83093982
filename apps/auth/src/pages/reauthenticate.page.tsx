import { Field, Page } from '@baton/ui';
import { Destination, ProblemNotice } from './form-parts.tsx';
import type { PageContext } from './pages.ts';

export const reauthenticatePage = ({ site, visit, to, problem }: PageContext) => (
  <Page title="Your password, please" site={site} visit={visit} mainLanguage="en">
    <div class="wrap narrow stack">
      <h1>Your password, please</h1>
      <p>You signed in a while ago. What you are about to do needs to be sure that this is still you.</p>
      <ProblemNotice problem={problem} />
      <form method="post" action="/auth/reauthenticate" class="stack">
        <Destination to={to} />
        <Field name="password" label="Password" type="password" autocomplete="current-password" required />
        <button class="button" type="submit">
          Go on
        </button>
      </form>
    </div>
  </Page>
);
