import { Field, Page, type PageContext } from '@baton/ui';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../users/password-rules.ts';
import { Destination, ProblemNotice } from './form-parts.tsx';

export const registerPage = ({ site, visit, to, name, problem }: PageContext) => (
  <Page title="Create an account" site={site} visit={visit} mainLanguage="en">
    <div class="wrap narrow stack">
      <h1>Create an account</h1>
      <ProblemNotice problem={problem} />
      <form method="post" action="/auth/register" class="stack">
        <Destination to={to} />
        <Field name="username" label="Name" autocomplete="username" value={name} maxLength={64} required />
        <NewPassword name="password" />
        <button class="button" type="submit">
          Create the account
        </button>
      </form>
      <p>
        <a href="/auth/login">I already have an account</a>
      </p>
    </div>
  </Page>
);

export const NewPassword = ({ name }: { name: string }) => (
  <Field
    name={name}
    label="New password"
    type="password"
    autocomplete="new-password"
    minLength={SHORTEST_PASSWORD}
    maxLength={LONGEST_PASSWORD}
    hint={`At least ${SHORTEST_PASSWORD} characters. Only the length counts; a sentence is fine.`}
    required
  />
);
