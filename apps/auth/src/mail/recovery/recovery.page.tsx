import { Field, Notice, type PageContext } from '@baton/ui';
import { FormPage, ProblemNotice } from '../../pages/form-page.tsx';
import { NewPassword } from '../../pages/register.page.tsx';
import { RESET_PATH } from './recovery.ts';

export const recoveryPage = ({ done, ...context }: PageContext & { done?: boolean }) => (
  <FormPage context={context} title="Forgot your password?">
    <ProblemNotice problem={context.problem} />
    {done && (
      <Notice tone="good" title="If an account uses this address, a mail is on its way.">
        It holds a link that works once, for 15 minutes.
      </Notice>
    )}
    <form method="post" action="/auth/recovery" class="stack">
      <Field
        name="address"
        label="Mail address"
        type="email"
        autocomplete="email"
        maxLength={254}
        hint="The confirmed address of your account."
        required
      />
      <button class="button">Send a link</button>
    </form>
    <SignIn />
  </FormPage>
);

export const resetPage = (context: PageContext) => (
  <FormPage context={context} title="Set a new password">
    <ProblemNotice problem={context.problem} />
    {context.problem?.status === 410 ? (
      <p>
        <a href="/auth/recovery">Ask for a new link</a>
      </p>
    ) : (
      <form method="post" action={RESET_PATH} class="stack">
        <input type="hidden" name="token" value={context.token} />
        <NewPassword name="newPassword" />
        <p>All devices will be signed out.</p>
        <button class="button">Set the password</button>
      </form>
    )}
    <SignIn />
  </FormPage>
);

export const donePage = (context: PageContext) => (
  <FormPage context={context} title="New password set">
    <Notice tone="good" title="Your password has been changed. All devices have been signed out." />
    <SignIn />
  </FormPage>
);

const SignIn = () => (
  <p>
    <a href="/auth/login">Sign in</a>
  </p>
);
