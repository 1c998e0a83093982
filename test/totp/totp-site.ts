import { Secret, TOTP } from 'otpauth';
import { createClient } from 'redis';
import { type Client, type Credentials } from '../support/client.ts';
import { type Site } from '../security/site.ts';

export interface Enrolment {
  secret: string;
  recoveryCodes: string[];
}

const STEP_MS = 30_000;

/** What the app shows; `steps` later, which replicas accept for one step. */
export const codeOf = (secret: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * STEP_MS });

/** A code of the right form that the app shows neither now nor soon. */
export function wrongCodeOf(secret: string): string {
  const shown = new Set(Array.from({ length: 9 }, (_, index) => codeOf(secret, index - 4)));
  return Array.from({ length: 10 }, (_, index) => String(100_000 + index)).find((code) => !shown.has(code))!;
}

/** Sets up an app for the account of the client. */
export async function enrol(client: Client): Promise<Enrolment> {
  const { secret } = (await client.post('/auth/totp')).body as { secret: string };
  const response = await client.post('/auth/totp/confirm', { code: codeOf(secret) });
  if (response.status !== 200) throw new Error(`enrolment: ${response.status} ${response.text}`);
  return { secret, recoveryCodes: response.body.recoveryCodes as string[] };
}

/** Codes of the present step count again, so that a test need not wait for the next one. */
export const forgetUsedCodes = (site: Site) => site.query('UPDATE totp SET last_step = 0');

/** A login with both factors. */
export async function logInTwice(site: Site, client: Client, who: Credentials, secret: string): Promise<void> {
  await forgetUsedCodes(site);
  await client.post('/auth/login', who);
  const response = await client.post('/auth/totp/verify', { code: codeOf(secret) });
  if (response.status !== 200) throw new Error(`second step: ${response.status} ${response.text}`);
}

/** Changes what all sessions hold, as if time had passed: in the records, and no copy of them is left. */
export async function changeSessions(site: Site, path: string, value: unknown): Promise<void> {
  await site.query(
    `UPDATE session SET attributes = jsonb_set(attributes::jsonb, $1::text[], $2::jsonb)::text, version = version + 1 WHERE attributes::jsonb #> $1::text[] IS NOT NULL`,
    [path, JSON.stringify(value)],
  );
  const redis = createClient({ url: site.env['REDIS_URL']! });
  await redis.connect();
  await redis.flushDb();
  redis.destroy();
}
