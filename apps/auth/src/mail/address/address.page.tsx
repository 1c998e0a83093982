import { Field, Notice, type PageContext } from '@baton/ui';
import { FormPage, ProblemNotice } from '../../pages/form-page.tsx';
import { CONFIRM_PATH } from './mail-addresses.ts';

type AddressContext = PageContext & { address?: string | null; done?: string };

export const addressPage = ({ address, done, ...context }: AddressContext) => (
  <FormPage context={context} title="Mail address">
    <ProblemNotice problem={context.problem} />
    {done && <Notice tone="good" title={done} />}
    {address && <p>Your mail address is {address}.</p>}
    <p>A confirmed address gets notices about your account, and a link if you forget your password.</p>
    <form method="post" action="/auth/mail" class="stack">
      <Field name="address" label="New mail address" type="email" autocomplete="email" maxLength={254} required />
      <Password id="password" />
      <p>We send a link to the new address. It replaces the old one when you open the link.</p>
      <button class="button">Send the link</button>
    </form>
    {address && (
      <form method="post" action="/auth/mail/remove" class="stack">
        <h2>Remove the address</h2>
        <Password id="passwordToRemove" />
        <button class="button quiet">Remove {address}</button>
      </form>
    )}
    <p>
      <a href="/auth/account">Account</a>
    </p>
  </FormPage>
);

const Password = ({ id }: { id: string }) => (
  <Field name={id} label="Current password" type="password" autocomplete="current-password" required />
);

export const confirmPage = (context: PageContext) => (
  <FormPage context={context} title="Confirm your mail address">
    <ProblemNotice problem={context.problem} />
    {context.problem?.status !== 410 && (
      <form method="post" action={CONFIRM_PATH} class="stack">
        <input type="hidden" name="token" value={context.token} />
        <button class="button">Confirm the address</button>
      </form>
    )}
    <p>
      <a href="/auth/mail">Mail address</a>
    </p>
  </FormPage>
);

export const confirmedPage = (context: PageContext) => (
  <FormPage context={context} title="Mail address confirmed">
    <Notice tone="good" title="Your mail address is confirmed." />
    <p>
      <a href="/auth/account">Account</a>
    </p>
  </FormPage>
);
