/** @seconds 6 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { onCleanup } from '../support/cleanup.ts';
import { browserless, type Client } from '../support/client.ts';
import { sessionStatus, snapshot, startSite, type Site } from '../security/site.ts';
import { begin } from './oidc-site.ts';

const newKeys = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const now = () => Math.floor(Date.now() / 1000);

/** What the next ID token says, and who signs it. */
interface Answer {
  claims: Record<string, unknown>;
  key: KeyObject;
}

/** A provider that gives any code the answer of the test, as often as it is asked. */
async function startForger() {
  const keys = newKeys();
  const answer: Answer = { claims: {}, key: keys.privateKey };
  const made = { issuer: '', key: keys.privateKey, answer };
  const pages: Record<string, () => object | Promise<object>> = {
    '/.well-known/openid-configuration': () => ({
      issuer: made.issuer,
      authorization_endpoint: `${made.issuer}/authorize`,
      token_endpoint: `${made.issuer}/token`,
      jwks_uri: `${made.issuer}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
    '/keys': () => ({ keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'local', alg: 'RS256', use: 'sig' }] }),
    '/token': async () => {
      const { claims, key } = made.answer;
      const token = new SignJWT(JSON.parse(JSON.stringify(claims))).setProtectedHeader({ alg: 'RS256', kid: 'local' });
      return { access_token: 'any', token_type: 'Bearer', expires_in: 60, id_token: await token.sign(key) };
    },
  };
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    void Promise.resolve(pages[request.url!]!()).then((body) => response.end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanup(() => void server.close());
  made.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return made;
}

let forger: Awaited<ReturnType<typeof startForger>>;
let site: Site;
beforeAll(async () => {
  forger = await startForger();
  const settings = { OIDC_ISSUER: forger.issuer, OIDC_CLIENT_ID: 'baton', OIDC_CLIENT_SECRET: 'secret', OIDC_NAME: 'Example' };
  site = await startSite({ env: { ...settings, OIDC_TIMEOUT_SECONDS: '20' } });
}, 120_000);

/** The way to the provider. Returns the way back, after which the ID token has these claims. */
async function comeBack(
  client: Client,
  way: 'login' | 'confirm',
  change: (right: Record<string, unknown>) => object,
  key = forger.key,
): Promise<string> {
  const { searchParams: sent } = new URL(await begin({ client, provider: client }, way));
  const times = { iat: now(), exp: now() + 120, auth_time: now() };
  const right = { iss: forger.issuer, aud: 'baton', sub: 'ada', nonce: sent.get('nonce')!, ...times };
  forger.answer = { claims: { ...right, ...change(right) }, key };
  return `/auth/oidc/callback?${new URLSearchParams({ code: 'any', state: sent.get('state')! })}`;
}

describe('an ID token is refused', () => {
  const wrongs: [what: string, change: () => object, key?: KeyObject][] = [
    ['signed with another key', () => ({}), newKeys().privateKey],
    ['of another issuer', () => ({ iss: 'https://evil.example' })],
    ['for another client', () => ({ aud: 'another' })],
    ['with another nonce', () => ({ nonce: 'n'.repeat(43) })],
    ['without a nonce', () => ({ nonce: undefined })],
    ['that has expired', () => ({ iat: now() - 600, exp: now() - 300 })],
  ];

  it.each(wrongs.map(([what, change, key]) => ({ what, change, key })))('$what', async ({ change, key }) => {
    const client = site.visitor();
    expect((await client.get(await comeBack(client, 'login', change, key))).status).toBe(502);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(401);
    expect((await client.get(await comeBack(client, 'login', () => ({})))).status).toBe(303);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
  });

  it('as a confirmation, unless the visitor has proved who it is just now', async () => {
    const client = site.visitor();
    await client.get(await comeBack(client, 'login', () => ({ auth_time: now() - 3600 })));
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
    for (const authTime of [now() - 3600, undefined])
      expect((await client.get(await comeBack(client, 'confirm', () => ({ auth_time: authTime })))).status).toBe(502);
    expect((await client.get(await comeBack(client, 'confirm', () => ({})))).status).toBe(303);
  });
});

describe('the way back', () => {
  it('is open once, also for a provider that takes a code twice', async () => {
    const client = browserless(site.auth[0]!.url);
    const back = await comeBack(client, 'login', () => ({}));
    const copies = Array.from({ length: 8 }, (_, n) => snapshot(client, site.auth[n % 2]!.url));
    const statuses = await Promise.all(copies.map(async (copy) => (await copy.get(back)).status));
    expect(statuses.filter((status) => status === 303)).toHaveLength(1);
  });
});
