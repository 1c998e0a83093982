import { demoSettings } from '@baton/demo';
import { flag, platformSettings, wholeNumber } from '@baton/platform';
import { tokenSettings } from '@baton/tokens';
import { z } from 'zod';
import { mailSettings } from './mail/mail-settings.ts';
import { oidcSettings } from './oidc/oidc-settings.ts';
import { passkeySettings } from './passkeys/passkey-settings.ts';

/** postgres:// and postgresql:// are the same. */
export const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'expected a URL that begins with postgres://' });

/** What the auth app reads from its environment, besides the settings of the sessions. */
export const authSettings = {
  ...platformSettings,
  ...tokenSettings,
  ...demoSettings,
  ...mailSettings,
  ...oidcSettings,
  ...passkeySettings,
  /** Accounts live in Postgres, whatever keeps the sessions. */
  DATABASE_URL: postgresUrl,
  /** After so many wrong passwords for one account within the window, further ones are refused. */
  LOGIN_FAILURES_PER_ACCOUNT: wholeNumber(10, 1),
  /** The same for one address: higher, because many people can share one. */
  LOGIN_FAILURES_PER_ADDRESS: wholeNumber(100, 1),
  /** How many accounts one address may make within the window. */
  REGISTRATIONS_PER_ADDRESS: wholeNumber(100, 1),
  LOGIN_WINDOW_SECONDS: wholeNumber(900, 1),
  /** How many passwords may wait to be hashed on a replica; further ones get a 503. A hash takes some 30 ms of one core. */
  HASH_QUEUE: wholeNumber(200, 1),
  HASH_QUEUE_PER_ADDRESS: wholeNumber(50, 1),
  /** Ending a session, and what an administrator does, asks for the password again after this time. */
  STEP_UP_SECONDS: wholeNumber(900, 1),
  /** Administrators have no rights without a second factor, but to add one. */
  ADMIN_SECOND_FACTOR: flag(false),
  /** A range API such as https://api.pwnedpasswords.com/range/ that new passwords are checked against. Unset: none. */
  BREACHED_PASSWORDS_URL: z.url({ protocol: /^https?$/, error: 'expected a URL' }).optional(),
  BREACHED_PASSWORDS_TIMEOUT_MS: wholeNumber(1000, 1, 60_000),
  REGISTRATION_OPEN: flag(true),
  /** How old the newest key that signs tokens may become before the next one is made. */
  TOKEN_KEY_SECONDS: wholeNumber(86_400, 1),
  /** How long a new key is published before it signs; also how long others may keep the published keys. */
  TOKEN_KEY_LEAD_SECONDS: wholeNumber(300, 0),
};

export type AuthSettings = z.infer<z.ZodObject<typeof authSettings>>;
export const AuthSettings = Symbol('AuthSettings');
