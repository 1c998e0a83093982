import { Field, Page, type PageContext } from '@baton/ui';
import { Destination, ProblemNotice } from './form-parts.tsx';

export const reauthenticatePage = ({ site, visit, to, problem }: PageContext) => (
  <Page title="Confirm your password" site={site} visit={visit} mainLanguage="en">
    <div class="wrap narrow stack">
      <h1>Confirm your password</h1>
      <p>You signed in a while ago. Enter your password again to continue.</p>
      <ProblemNotice problem={problem} />
      <form method="post" action="/auth/reauthenticate" class="stack">
        <Destination to={to} />
        <Field name="password" label="Password" type="password" autocomplete="current-password" required />
        <button class="button" type="submit">
          Continue
        </button>
      </form>
    </div>
  </Page>
);
