import { Checkbox, Field, type PageContext } from '@baton/ui';
import { Destination, FormPage, ProblemNotice, Ways } from './form-page.tsx';

export const loginPage = (context: PageContext) => {
  const { site, visit, to, name, remember, problem } = context;
  return (
    <FormPage context={context} title="Sign in">
      <ProblemNotice problem={problem} />
      <form method="post" action="/auth/login" class="stack">
        <Destination to={to} />
        <Field name="username" label="Username" autocomplete="username" value={name} required />
        <Field name="password" label="Password" type="password" autocomplete="current-password" required />
        <Checkbox
          name="remember"
          label="Keep me signed in"
          checked={remember}
          hint="For weeks instead of hours. Only on a device that nobody else uses."
        />
        <button class="button">Sign in</button>
      </form>
      {site.signInParts.map((part) => part(context))}
      <Ways ways={site.signInWays} context={context} />
      {site.signInHint && <p class="hint">{site.signInHint(visit.language)}</p>}
      <p>
        <a href={`/auth/register${to ? `?to=${encodeURIComponent(to)}` : ''}`}>Create an account</a>
      </p>
      {site.signInLinks.map(({ href, label }) => (
        <p key={href}>
          <a href={href}>{label(visit.language)}</a>
        </p>
      ))}
    </FormPage>
  );
};
