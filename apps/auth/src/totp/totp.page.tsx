import { Field, type PageContext } from '@baton/ui';
import { encode } from 'uqr';
import { Destination, FormPage, ProblemNotice } from '../pages/form-page.tsx';
import { OtherFactors } from '../pages/second-factors.page.tsx';
import type { Proposal } from './totp.ts';

type TotpContext = PageContext & { isEnrolled?: boolean; codesLeft?: number };

export const totpPage = ({ isEnrolled, codesLeft = 0, ...context }: TotpContext) => (
  <FormPage context={context} title="Authenticator app">
    <ProblemNotice problem={context.problem} />
    {isEnrolled ? <Enrolled codesLeft={codesLeft} /> : <NotEnrolled />}
    <AccountLink />
  </FormPage>
);

const NotEnrolled = () => (
  <form method="post" action="/auth/totp" class="stack">
    <p>With an app on your phone, your password alone no longer signs anybody in: each login also needs a code from the app.</p>
    <button class="button">Set up an app</button>
  </form>
);

const Enrolled = ({ codesLeft }: { codesLeft: number }) => (
  <>
    <p>Each login needs a code from your app.</p>
    <form method="post" action="/auth/totp/recovery-codes" class="stack">
      <h2>Recovery codes</h2>
      <p>You have {codesLeft} left. Each replaces one code of the app if you lose it.</p>
      <button class="button">Make new recovery codes</button>
    </form>
    <form method="post" action="/auth/totp/remove" class="stack">
      <h2>Remove the app</h2>
      <p>Your password alone signs you in again. All other devices will be signed out.</p>
      <button class="button quiet">Remove the app</button>
    </form>
  </>
);

export const proposalPage = ({ proposal, ...context }: PageContext & { proposal: Proposal }) => (
  <FormPage context={context} title="Set up an app">
    <p>Scan this with your authenticator app, or type the key into it.</p>
    <QrCode text={proposal.uri} />
    <p>
      Key: <code>{proposal.secret.match(/.{1,4}/g)!.join(' ')}</code>
    </p>
    <ConfirmForm />
  </FormPage>
);

/** After a wrong code: the key is in the app already. */
export const confirmPage = (context: PageContext) => (
  <FormPage context={context} title="Set up an app">
    <ProblemNotice problem={context.problem} />
    <ConfirmForm />
    <form method="post" action="/auth/totp">
      <button class="button quiet">Show another key</button>
    </form>
    <AccountLink />
  </FormPage>
);

const ConfirmForm = () => (
  <form method="post" action="/auth/totp/confirm" class="stack">
    <Field name="code" label="Code that the app shows" autocomplete="one-time-code" maxLength={10} required />
    <p>All other devices will be signed out.</p>
    <button class="button">Use this app</button>
  </form>
);

export const codesPage = ({ recoveryCodes, ...context }: PageContext & { recoveryCodes: string[] }) => (
  <FormPage context={context} title="Recovery codes">
    <p>Keep these where you can find them without your phone. Each works once. They are not shown again.</p>
    <ul>
      {recoveryCodes.map((code) => (
        <li key={code}>
          <code>{code}</code>
        </li>
      ))}
    </ul>
    <AccountLink />
  </FormPage>
);

export const verifyPage = (context: PageContext) => (
  <FormPage context={context} title="Enter a code">
    <ProblemNotice problem={context.problem} />
    <form method="post" action="/auth/totp/verify" class="stack">
      <Destination to={context.to} />
      <Field
        name="code"
        label="Code"
        autocomplete="one-time-code"
        hint="From your authenticator app, or one of your recovery codes."
        maxLength={100}
        required
      />
      <button class="button">Continue</button>
    </form>
    <OtherFactors to={context.to} />
  </FormPage>
);

const AccountLink = () => (
  <p>
    <a href="/auth/account">Account</a>
  </p>
);

/** Black on white in every color scheme, with the margin that scanners need. */
function QrCode({ text }: { text: string }) {
  const { size, data } = encode(text, { border: 4 });
  const modules = data.flatMap((row, y) => row.flatMap((isBlack, x) => (isBlack ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width="240" height="240" role="img" aria-label="QR code with the key">
      <rect width={size} height={size} fill="#fff" />
      <path d={modules.join('')} fill="#000" shape-rendering="crispEdges" />
    </svg>
  );
}
