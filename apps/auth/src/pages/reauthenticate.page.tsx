import { Field, type PageContext } from '@baton/ui';
import { Destination, FormPage, ProblemNotice, Ways } from './form-page.tsx';

export const reauthenticatePage = (context: PageContext) => (
  <FormPage context={context} title="Confirm your password">
    <p>You signed in a while ago. Enter your password again to continue.</p>
    <ProblemNotice problem={context.problem} />
    <form method="post" action="/auth/reauthenticate" class="stack">
      <Destination to={context.to} />
      <Field name="password" label="Password" type="password" autocomplete="current-password" required />
      <button class="button">Continue</button>
    </form>
    <Ways ways={context.site.confirmWays} context={context} />
  </FormPage>
);
