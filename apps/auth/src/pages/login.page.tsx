import { Field, Page, type PageContext } from '@baton/ui';
import { Destination, ProblemNotice } from './form-parts.tsx';

export const loginPage = ({ site, visit, to, name, problem }: PageContext) => (
  <Page title="Sign in" site={site} visit={visit} mainLanguage="en">
    <div class="wrap narrow stack">
      <h1>Sign in</h1>
      <ProblemNotice problem={problem} />
      <form method="post" action="/auth/login" class="stack">
        <Destination to={to} />
        <Field name="username" label="Name" autocomplete="username" value={name} required />
        <Field name="password" label="Password" type="password" autocomplete="current-password" required />
        <button class="button" type="submit">
          Sign in
        </button>
      </form>
      {site.signInHint && <p class="hint">{site.signInHint(visit.language)}</p>}
      <p>
        <a href={`/auth/register${to ? `?to=${encodeURIComponent(to)}` : ''}`}>Create an account</a>
      </p>
    </div>
  </Page>
);
