import { Field, type PageContext, type Reader } from '@baton/ui';
import { Destination, FormPage, ProblemNotice } from '../pages/form-page.tsx';
import { OtherFactors } from '../pages/second-factors.page.tsx';
import type { Passkey } from './passkeys.ts';

export const PASSKEYS_PATH = '/auth/passkeys';
export const SECOND_STEP_PATH = `${PASSKEYS_PATH}/second-factor`;
const LONGEST_NAME = 60;

export const passkeysPage = ({ passkeys = [], ...context }: PageContext & { passkeys?: Passkey[] }) => (
  <FormPage context={context} title="Passkeys">
    <ProblemNotice problem={context.problem} />
    <p>
      A passkey signs you in with a fingerprint, your face or the PIN of a device or security key, without a user name and without
      a password. Once you have one, signing in with your password needs a passkey too.
    </p>
    <p>Add a second one on another device, so that you can still sign in if you lose the first.</p>
    {passkeys.length > 0 && <PasskeyTable passkeys={passkeys} />}
    {context.problem && (
      <p>
        <a href={PASSKEYS_PATH}>All passkeys</a>
      </p>
    )}
    <h2>Add a passkey</h2>
    <noscript>
      <p>Adding a passkey needs JavaScript, which is off in this browser. Removing one does not.</p>
    </noscript>
    <form data-passkey-add class="stack" hidden>
      <Field name="name" label="Name" hint="To tell your passkeys apart, such as: phone." maxLength={LONGEST_NAME} required />
      <button class="button">Add a passkey</button>
    </form>
    <PasskeyScript site={context.site} />
    <p>
      <a href="/auth/account">Account</a>
    </p>
  </FormPage>
);

const PasskeyTable = ({ passkeys }: { passkeys: Passkey[] }) => (
  <table>
    <thead>
      <tr>
        <th scope="col">Passkey</th>
        <th scope="col">Added</th>
        <th scope="col">Last used</th>
        <th scope="col">
          <span class="hidden-visually">Remove</span>
        </th>
      </tr>
    </thead>
    <tbody>
      {passkeys.map((passkey) => (
        <tr key={passkey.id}>
          <td>
            {passkey.name}
            <br />
            <span class="hint">{passkey.backedUp ? 'synchronized' : 'on one device'}</span>
          </td>
          <td>{day(passkey.createdAt)}</td>
          <td>{passkey.usedAt ? day(passkey.usedAt) : 'never'}</td>
          <td>
            <form method="post" action={`${PASSKEYS_PATH}/${passkey.id}/remove`}>
              <button class="button quiet small" aria-label={`Remove ${passkey.name}`}>
                Remove
              </button>
            </form>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

const day = (date: Date) => <time dateTime={date.toISOString()}>{date.toISOString().slice(0, 10)}</time>;

/** Below the form of the login page. */
export const passkeySignIn = ({ site }: Pick<Reader, 'site'>) => (
  <div data-passkey-use={`${PASSKEYS_PATH}/sign-in`} data-passkey-suggest class="stack">
    <noscript>
      <p class="hint">Signing in with a passkey needs JavaScript.</p>
    </noscript>
    <button type="button" class="button quiet" hidden>
      Use a passkey
    </button>
    <PasskeyScript site={site} />
  </div>
);

/** After the password. */
export const passkeyStepPage = (context: PageContext) => (
  <FormPage context={context} title="Second step">
    <p>Your password was right. Continue with one of your passkeys.</p>
    <div data-passkey-use={SECOND_STEP_PATH} class="stack">
      <Destination to={context.to} />
      <noscript>
        <p>Using a passkey needs JavaScript, which is off in this browser. Switch it on, or continue another way.</p>
      </noscript>
      <button type="button" class="button" hidden>
        Use a passkey
      </button>
      <PasskeyScript site={context.site} />
    </div>
    <OtherFactors to={context.to} />
  </FormPage>
);

/** What the script says appears above it. */
const PasskeyScript = ({ site }: Pick<Reader, 'site'>) => (
  <>
    <p data-passkey-message class="problem" role="alert" hidden />
    <script type="module" src={site.assets.url('passkeys.js')} />
  </>
);
