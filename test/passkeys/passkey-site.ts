import { createClient } from 'redis';
import { type Site, startSite } from '../security/site.ts';
import type { Client, HttpResponse } from '../support/client.ts';
import { Authenticator, type Wrong } from './authenticator.ts';

export const SITE_URL = 'https://site.example';

export const startPasskeySite = (env: Record<string, string> = {}): Promise<Site> =>
  startSite({ auths: 2, portals: 0, env: { SITE_URL, ...env } });

/** A passkey of the client's account. */
export async function addPasskey(
  client: Client,
  name = 'phone',
  authenticator = new Authenticator(SITE_URL),
): Promise<Authenticator> {
  const response = await tryToAdd(client, authenticator, {}, name);
  if (response.status !== 204) throw new Error(`adding a passkey: ${response.status} ${response.text}`);
  return authenticator;
}

export async function tryToAdd(
  client: Client,
  authenticator: Authenticator,
  wrong: Wrong = {},
  name = 'phone',
): Promise<HttpResponse> {
  const { body: options } = await client.post('/auth/passkeys/options');
  return client.post('/auth/passkeys', { name, response: authenticator.create(options, wrong) });
}

/** Signs in without a user name. */
export async function signIn(visitor: Client, authenticator: Authenticator, wrong: Wrong = {}): Promise<HttpResponse> {
  const { body: options } = await visitor.post('/auth/passkeys/sign-in/options');
  return visitor.post('/auth/passkeys/sign-in', { response: authenticator.get(options, wrong) });
}

/** Changes all sessions in the record, and deletes the copies. */
export async function changeSessions(site: Site, assignment: string): Promise<void> {
  await site.query(`UPDATE session SET ${assignment}, version = version + 1`);
  const redis = createClient({ url: site.env['REDIS_URL']! });
  await redis.connect();
  await redis.flushDb();
  redis.destroy();
}

/** The second step after the password; `visitor` has sent it. */
export async function continueWith(visitor: Client, authenticator: Authenticator, wrong: Wrong = {}): Promise<HttpResponse> {
  const { body: options } = await visitor.post('/auth/passkeys/second-factor/options');
  return visitor.post('/auth/passkeys/second-factor', { response: authenticator.get(options, wrong), to: '/preferences' });
}
