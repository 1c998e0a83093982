import {
  createLocalJWKSet,
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose';
import { type Replica, startReplica } from '../support/replicas.ts';
import { browserless, type Client } from '../support/client.ts';
import { startSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite({ auths: 1 });
}, 60_000);

const tokenOf = async (client: Client): Promise<string> => (await client.post('/auth/token')).body.token as string;
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const present = (token: string) => browserless(site.portal[0]!.url).get('/api/session', bearer(token));
const jwks = async () => (await site.visitor().get('/auth/.well-known/jwks.json')).body as { keys: { kid: string }[] };

describe('a token', () => {
  it('lets its bearer in as the user, with no cookie', async () => {
    const client = await site.newcomer();
    const answer = await present(await tokenOf(client));
    expect([answer.status, answer.body.user.name]).toEqual([200, client.credentials.username]);
  });

  it('can be verified by anybody with the published keys', async () => {
    const token = await tokenOf(await site.signedIn());
    const published = await site.visitor().get('/auth/.well-known/jwks.json');
    expect(published.headers.get('cache-control')).toMatch(/public, max-age=\d+/);
    expect(published.text).not.toMatch(/"d":/);
    const options = { issuer: 'baton-auth', audience: 'baton-portal', algorithms: ['EdDSA'] };
    const { payload } = await jwtVerify(token, createLocalJWKSet(published.body), options);
    expect(payload.exp! - payload.iat!).toBe(300);
    expect(payload).toMatchObject({ sub: expect.any(String), sid: expect.any(String), jti: expect.any(String) });
  });

  it('is made only for who is signed in', async () => {
    expect((await site.visitor().post('/auth/token')).status).toBe(401);
  });

  it('dies with its session, on another replica, within a second', async () => {
    const client = await site.newcomer();
    const token = await tokenOf(client);
    expect((await present(token)).status).toBe(200);
    await client.post('/auth/logout');
    const loggedOut = performance.now();
    while ((await present(token)).status === 200) expect(performance.now() - loggedOut).toBeLessThan(1000);
    expect((await present(token)).status).toBe(401);
  });
});

describe('a forged token', () => {
  let genuine: string;
  let ours: CryptoKey;
  beforeAll(async () => {
    ours = await publishKey();
    genuine = await tokenOf(await site.signedIn());
    await untilOursIsBelieved();
  }, 10_000);

  /** A key that the site publishes, whose private half the test knows. */
  async function publishKey(): Promise<CryptoKey> {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'known-to-the-test', alg: 'EdDSA', use: 'sig' };
    await site.query(
      `INSERT INTO token_key (kid, public_jwk, sealed_private_jwk, usable_at) VALUES ($1, $2, 'AAAA', now() - interval '1 hour')`,
      [jwk.kid, JSON.stringify(jwk)],
    );
    return privateKey;
  }

  /** Portals ask for unknown keys at most once a second. Before they know this one, they would refuse whatever it signs. */
  async function untilOursIsBelieved(): Promise<void> {
    const deadline = performance.now() + 5000;
    while ((await present(await signedByUs({}))).status !== 200) {
      if (performance.now() > deadline) throw new Error('the published key is not believed');
    }
  }

  const forge = async (change: { header?: object }) => {
    const { privateKey } = await generateKeyPair('EdDSA');
    return new SignJWT(decodeJwt(genuine))
      .setProtectedHeader({ ...(decodeProtectedHeader(genuine) as { alg: string }), ...change.header })
      .sign(privateKey);
  };

  it.each([
    ['signed with another key under a known name', {}],
    ['with the name of a key that is not ours', { header: { kid: 'foreign' } }],
    ['that brings its own key', { header: { kid: undefined, jwk: { kty: 'OKP' } } }],
    ['that says where its key is', { header: { kid: undefined, jku: 'https://evil.example/keys' } }],
  ])('%s is refused', async (_what, change) => {
    const answer = await present(await forge(change));
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
  });

  it('with alg none is refused', async () => {
    const [, payload] = genuine.split('.');
    const header = Buffer.from(JSON.stringify({ ...decodeProtectedHeader(genuine), alg: 'none' })).toString('base64url');
    expect((await present(`${header}.${payload}.`)).status).toBe(401);
  });

  it('with HMAC under the public key as its secret is refused (key confusion)', async () => {
    const [key] = (await jwks()).keys as unknown as { x: string; kid: string }[];
    const token = await new SignJWT(decodeJwt(genuine))
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: key!.kid })
      .sign(Buffer.from(key!.x, 'base64url'));
    expect((await present(token)).status).toBe(401);
  });

  it('with one changed character is refused', async () => {
    const [header, payload, signature] = genuine.split('.');
    const claims = Buffer.from(JSON.stringify({ ...decodeJwt(genuine), roles: ['admin'] })).toString('base64url');
    expect((await present(`${header}.${claims}.${signature}`)).status).toBe(401);
    expect((await present(`${header}.${payload}.${signature!.slice(0, -4)}AAAA`)).status).toBe(401);
  });

  it.each([
    ['for another audience', { aud: 'somebody-else' }],
    ['from another issuer', { iss: 'somebody-else' }],
    ['that has expired', { exp: Math.floor(Date.now() / 1000) - 10 }],
    ['without an end', { exp: undefined }],
  ])('%s is refused, even when our own key signed it', async (_what, claims) => {
    expect((await present(await signedByUs(claims))).status).toBe(401);
  });

  it('of another type is refused, even when our own key signed it', async () => {
    expect((await present(await signedByUs({}, 'JWT'))).status).toBe(401);
    expect((await present(await signedByUs({}))).status).toBe(200);
  });

  const signedByUs = (claims: object, typ = 'at+jwt'): Promise<string> => {
    const all = JSON.parse(JSON.stringify({ ...decodeJwt(genuine), ...claims })) as Record<string, unknown>;
    return new SignJWT(all).setProtectedHeader({ alg: 'EdDSA', typ, kid: 'known-to-the-test' }).sign(ours);
  };
});

describe('the keys', () => {
  it('are replaced while tokens are in use: published before they sign, and after', async () => {
    const rotating: Replica = await startReplica('auth', { ...site.env, TOKEN_KEY_SECONDS: '1', TOKEN_KEY_LEAD_SECONDS: '1' });
    const client = (await site.newcomer()).at(rotating.url);
    const first = await tokenOf(client);
    const kidOf = (token: string) => decodeProtectedHeader(token).kid;
    const deadline = performance.now() + 10_000;
    let latest = first;
    while (kidOf(latest) === kidOf(first)) {
      if (performance.now() > deadline) throw new Error('no new key');
      latest = await tokenOf(client);
      expect((await present(latest)).status).toBe(200);
    }
    expect((await present(first)).status).toBe(200);
    expect((await jwks()).keys.map(({ kid }) => kid)).toEqual(expect.arrayContaining([kidOf(first), kidOf(latest)]));
  }, 30_000);

  it('do not hold up logins and logouts while one is made', async () => {
    const [making, leaving] = [await site.newcomer(), await site.newcomer()];
    await site.query('DELETE FROM token_key');
    // Stops the replica between taking the lock of the keys and storing the new one.
    await site.query('BEGIN');
    await site.query('LOCK TABLE token_key IN SHARE MODE');
    const token = making.post('/auth/token');
    try {
      await untilWaitingForTable('token_key');
      const logins = Promise.all([site.signedIn(leaving.credentials), leaving.post('/auth/logout')]);
      const first = await Promise.race([token.then(() => 'the token'), logins.then(() => 'login and logout')]);
      expect(first).toBe('login and logout');
      expect((await logins)[1].status).toBe(204);
    } finally {
      await site.query('COMMIT');
    }
    expect((await token).status).toBe(200);
  });

  async function untilWaitingForTable(table: string): Promise<void> {
    const deadline = performance.now() + 5000;
    for (;;) {
      const waiting = await site.query('SELECT 1 FROM pg_locks WHERE NOT granted AND relation = $1::regclass', [table]);
      if (waiting.length > 0) return;
      if (performance.now() > deadline) throw new Error(`nobody waits for ${table}`);
    }
  }

  it('are useless in a dump of the table', async () => {
    await tokenOf(await site.signedIn());
    const rows = await site.query<{ sealed_private_jwk: string }>('SELECT * FROM token_key');
    expect(JSON.stringify(rows)).not.toMatch(/"d"/);
    expect(Buffer.from(rows[0]!.sealed_private_jwk, 'base64url').toString('latin1')).not.toContain('"d":');
  });
});
