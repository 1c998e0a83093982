import { Field, type PageContext } from '@baton/ui';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../users/password-rules.ts';
import { Destination, FormPage, ProblemNotice } from './form-page.tsx';

export const registerPage = (context: PageContext) => (
  <FormPage context={context} title="Create an account">
    <ProblemNotice problem={context.problem} />
    <form method="post" action="/auth/register" class="stack">
      <Destination to={context.to} />
      <Field name="username" label="Username" autocomplete="username" value={context.name} maxLength={64} required />
      <NewPassword name="password" />
      <button class="button">Create the account</button>
    </form>
    <p>
      <a href="/auth/login">I already have an account</a>
    </p>
  </FormPage>
);

export const NewPassword = ({ name }: { name: string }) => (
  <Field
    name={name}
    label="New password"
    type="password"
    autocomplete="new-password"
    minLength={SHORTEST_PASSWORD}
    maxLength={LONGEST_PASSWORD}
    hint={`At least ${SHORTEST_PASSWORD} characters, and not a common password. A sentence is fine.`}
    required
  />
);
