import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { SignJWT } from 'jose';
import { providerSettings, startProvider } from '../../tools/local/oidc/provider.ts';
import { freePort } from '../../tools/local/ports.ts';
import type { SupervisedProcess } from '../../tools/local/supervisor.ts';
import { startSite, type Site } from '../security/site.ts';
import { onCleanup } from '../support/cleanup.ts';
import { browserless, type Client, type HttpResponse } from '../support/client.ts';
import { temporaryFolder } from '../support/servers.ts';

export const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

export interface OidcSite extends Site {
  issuer: string;
  clientId: string;
  provider: SupervisedProcess;
  /** The private key of the provider. */
  key: KeyObject;
  /** A provider again, at the same address and with the same key. */
  restartProvider(): Promise<void>;
}

/** Two auth replicas and a provider, which starts after them: it reports logouts to the second. */
export async function startOidcSite(options: { env?: Record<string, string> } = {}): Promise<OidcSite> {
  const { url: issuer, environment, client } = providerSettings('Example', await freePort());
  const site = await startSite({ auths: 2, env: { ...environment, OIDC_TIMEOUT_SECONDS: '20', ...options.env } });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const settings = {
    ...client,
    redirectUris: site.auth.map(({ url }) => `${url}/auth/oidc/callback`),
    backChannelUrl: `${site.auth[1]!.url}/auth/oidc/backchannel-logout`,
    key: privateKey.export({ format: 'jwk' }),
  };
  const start = () => startProvider(settings, temporaryFolder('provider'));
  const made: OidcSite = {
    ...site,
    issuer,
    clientId: client.clientId,
    key: privateKey,
    provider: await start(),
    restartProvider: async () => void (made.provider = await start()),
  };
  onCleanup(() => made.provider.kill());
  return made;
}

/** A browser that visits the site and the provider, which have cookies of their own. */
export interface Traveller {
  client: Client;
  provider: Client;
}

export const traveller = (site: OidcSite, client = site.visitor()): Traveller => ({ client, provider: browserless(site.issuer) });

/** Begins at the first replica. Returns the provider's address for it. */
export async function begin({ client }: Traveller, way: 'login' | 'link' | 'confirm' = 'login', body = {}): Promise<string> {
  const response = await client.post(`/auth/oidc/${way}`, body);
  if (response.status !== 200) throw new Error(`${way}: ${response.status} ${response.text}`);
  return (response.body as { address: string }).address;
}

const page = { headers: { accept: 'text/html' } };

/** Signs in at the provider where it asks. Returns the path that it sends the visitor back to. */
export async function visitProvider({ provider }: Traveller, address: string, user: string): Promise<string> {
  let response = await provider.get(address, page);
  for (let step = 0; step < 10; step++) {
    const location = response.headers.get('location');
    if (location && new URL(location, address).pathname === '/auth/oidc/callback') {
      const { pathname, search } = new URL(location);
      return pathname + search;
    }
    if (location) response = await provider.get(new URL(location, address).href, page);
    else response = await provider.submit(formOf(response), { prompt: 'login', login: user, password: 'any' }, page);
  }
  throw new Error(`The provider does not end: ${response.status} ${response.text}`);
}

function formOf({ status, text }: HttpResponse): string {
  const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1];
  if (!action) throw new Error(`The provider shows no form: ${status} ${text}`);
  return action;
}

/** The whole way: from the first replica to the provider, and back to the second. */
export async function travel(
  site: OidcSite,
  visitor: Traveller,
  user: string,
  way: 'login' | 'link' | 'confirm' = 'login',
  body = {},
): Promise<HttpResponse> {
  const back = await visitProvider(visitor, await begin(visitor, way, body), user);
  return visitor.client.at(site.auth[1]!.url).get(back, page);
}

/** Signed in through the provider. */
export async function signedInBy(site: OidcSite, user: string): Promise<Traveller> {
  const visitor = traveller(site);
  const response = await travel(site, visitor, user);
  if (response.status !== 303) throw new Error(`sign-in of ${user}: ${response.status} ${response.text}`);
  return visitor;
}

/** Ends the visitor's session at the provider, which reports it to the site. */
export async function signOutAtProvider({ provider }: Traveller): Promise<void> {
  const { text } = await provider.get('/session/end', page);
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(text)![1]!;
  const response = await provider.submit('/session/end/confirm', { xsrf, logout: 'yes' }, page);
  if (response.status !== 303) throw new Error(`sign-out: ${response.status} ${response.text}`);
}

let made = 0;
export const newUser = (): string => `visitor${++made}`;

/** A logout token as this provider makes them; `claims` replaces some, undefined removes them. */
export async function logoutToken(
  { issuer, clientId, key }: Pick<OidcSite, 'issuer' | 'clientId' | 'key'>,
  claims: Record<string, unknown>,
  header: { alg?: string; kid?: string; key?: KeyObject | Uint8Array } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const all = {
    iss: issuer,
    aud: clientId,
    iat: now,
    exp: now + 120,
    jti: `jti-${++made}-${process.pid}`,
    events: { [LOGOUT_EVENT]: {} },
    ...claims,
  };
  const { alg = 'RS256', kid = 'local', key: other } = header;
  return new SignJWT(JSON.parse(JSON.stringify(all))).setProtectedHeader({ alg, kid, typ: 'logout+jwt' }).sign(other ?? key);
}

/** As the provider's server sends it: no cookie, no Origin. */
export const report = (site: OidcSite, token: string, replica = 1): Promise<HttpResponse> =>
  browserless(site.auth[replica]!.url).submit('/auth/oidc/backchannel-logout', { logout_token: token });

/** Waits for the status, no longer than the revocation bound after the acknowledgement (and a busy machine) allows. */
export async function untilStatus(ask: () => Promise<number>, wanted: number, withinMs: number): Promise<void> {
  for (const deadline = performance.now() + withinMs; ; await pause(20)) {
    const status = await ask();
    if (status === wanted) return;
    if (performance.now() > deadline) throw new Error(`Still ${status} after ${withinMs} ms.`);
  }
}
