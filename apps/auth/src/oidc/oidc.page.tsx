import { Notice, type PageContext } from '@baton/ui';
import { FormPage, ProblemNotice } from '../pages/form-page.tsx';
import type { Link } from './linked-accounts.ts';

/** Whether the account is linked, and the button that changes it. */
export const linkPage = ({ provider, link, ...context }: PageContext & { provider: string; link: Link | null }) => (
  <FormPage context={context} title={`Sign in with ${provider}`}>
    {link === null ? (
      <>
        <p>Your account is not linked to {provider}. Once it is, you can sign in without your password.</p>
        <form method="post" action="/auth/oidc/link">
          <button class="button">Link to {provider}</button>
        </form>
      </>
    ) : (
      <Linked provider={provider} link={link} />
    )}
    <p>
      <a href="/auth/account">Back to your account</a>
    </p>
  </FormPage>
);

const Linked = ({ provider, link: { linkedAt, isOnlyWay } }: { provider: string; link: Link }) => (
  <>
    <Notice title={`Your account is linked to ${provider} (since ${linkedAt.toISOString().slice(0, 10)}).`} />
    {isOnlyWay ? (
      <p>Your account has no password, so the link cannot be removed.</p>
    ) : (
      <form method="post" action="/auth/oidc/unlink">
        <button class="button">Remove the link</button>
      </form>
    )}
  </>
);

/**
 * Between our form and the provider: the content security policy allows forms to lead to this site only, redirects included.
 * Browsers go on by themselves (the header Refresh).
 */
export const onwardPage = ({ provider, address, ...context }: PageContext & { provider: string; address: string }) => (
  <FormPage context={context} title={`Continue to ${provider}`}>
    <p>
      <a class="button" href={address}>
        Continue to {provider}
      </a>
    </p>
  </FormPage>
);

export const failedPage = (context: PageContext) => (
  <FormPage context={context} title="That did not work">
    <ProblemNotice problem={context.problem} />
    <p>
      <a class="button" href={context.visit.user ? '/auth/account' : '/auth/login'}>
        {context.visit.user ? 'Back to your account' : 'Back to signing in'}
      </a>
    </p>
  </FormPage>
);
