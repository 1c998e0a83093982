/** @seconds 8 */
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
import { newLogins, queryAs, setUpLogins } from '../support/app-logins.ts';
import { type App, type Replica, startReplica } from '../support/replicas.ts';
import { browserless, register, type Client } from '../support/client.ts';
import { migratedDatabase } from '../support/migrated-database.ts';
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
  it('authenticates its bearer as the user, without a cookie', async () => {
    const client = await site.newcomer();
    const response = await present(await tokenOf(client));
    expect([response.status, response.body.user.name]).toEqual([200, client.credentials.username]);
  });

  it('can be verified with the published keys', async () => {
    const token = await tokenOf(await site.signedIn());
    const published = await site.visitor().get('/auth/.well-known/jwks.json');
    expect(published.headers.get('cache-control')).toMatch(/public, max-age=\d+/);
    expect(published.text).not.toMatch(/"d":/);
    expect(published.headers.getSetCookie()).toEqual([]);
    const options = { issuer: 'baton-auth', audience: 'baton-portal', algorithms: ['EdDSA'] };
    const { payload } = await jwtVerify(token, createLocalJWKSet(published.body), options);
    expect(payload.exp! - payload.iat!).toBe(300);
    expect(payload).toMatchObject({ sub: expect.any(String), sid: expect.any(String), jti: expect.any(String) });
  });

  it('has the roles that the user has now, not those of the login', async () => {
    const client = await site.newcomer();
    const change = (roles: string) =>
      site.query('UPDATE users SET roles = $1::text[] WHERE name = $2', [roles, client.credentials.username]);
    await change('{user,admin}');
    const admin = await site.signedIn(client.credentials);
    expect(decodeJwt(await tokenOf(admin))).toMatchObject({ roles: ['user', 'admin'] });
    await change('{user}');
    expect(decodeJwt(await tokenOf(admin))).toMatchObject({ roles: ['user'] });
  });

  it('is issued to signed-in users only', async () => {
    expect((await site.visitor().post('/auth/token')).status).toBe(401);
  });

  it('is refused on another replica within a second after its session is revoked', async () => {
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
    await untilOurKeyIsKnown();
  }, 10_000);

  /** Publishes a key whose private half the test knows. */
  async function publishKey(): Promise<CryptoKey> {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'known-to-the-test', alg: 'EdDSA', use: 'sig' };
    await site.query(
      `INSERT INTO token_key (kid, public_jwk, sealed_private_jwk, usable_at) VALUES ($1, $2, 'AAAA', now() - interval '1 hour')`,
      [jwk.kid, JSON.stringify(jwk)],
    );
    return privateKey;
  }

  /** Waits until the portal has loaded this key. Portals look up unknown keys at most once a second. */
  async function untilOurKeyIsKnown(): Promise<void> {
    const deadline = performance.now() + 5000;
    while ((await present(await signedByUs({}))).status !== 200) {
      if (performance.now() > deadline) throw new Error('The published key is not accepted.');
    }
  }

  const forge = async (change: { header?: object }) => {
    const { privateKey } = await generateKeyPair('EdDSA');
    return new SignJWT(decodeJwt(genuine))
      .setProtectedHeader({ ...(decodeProtectedHeader(genuine) as { alg: string }), ...change.header })
      .sign(privateKey);
  };

  it.each([
    ['signed with another key under a known kid', {}],
    ['with the kid of a foreign key', { header: { kid: 'foreign' } }],
    ['that contains its own key (jwk)', { header: { kid: undefined, jwk: { kty: 'OKP' } } }],
    ['that contains the URL of its key (jku)', { header: { kid: undefined, jku: 'https://evil.example/keys' } }],
  ])('%s is refused', async (_what, change) => {
    const response = await present(await forge(change));
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
  });

  it('with alg none is refused', async () => {
    const [, payload] = genuine.split('.');
    const header = Buffer.from(JSON.stringify({ ...decodeProtectedHeader(genuine), alg: 'none' })).toString('base64url');
    expect((await present(`${header}.${payload}.`)).status).toBe(401);
  });

  it('with an HMAC under the public key is refused (key confusion)', async () => {
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
    ['for another audience', { aud: 'other-service' }],
    ['from another issuer', { iss: 'other-service' }],
    ['that has expired', { exp: Math.floor(Date.now() / 1000) - 10 }],
    ['without an expiry', { exp: undefined }],
  ])('%s is refused, even if our key signed it', async (_what, claims) => {
    expect((await present(await signedByUs(claims))).status).toBe(401);
  });

  it('of another type is refused, even if our key signed it', async () => {
    expect((await present(await signedByUs({}, 'JWT'))).status).toBe(401);
    expect((await present(await signedByUs({}))).status).toBe(200);
  });

  const signedByUs = (claims: object, typ = 'at+jwt'): Promise<string> => {
    const all = JSON.parse(JSON.stringify({ ...decodeJwt(genuine), ...claims })) as Record<string, unknown>;
    return new SignJWT(all).setProtectedHeader({ alg: 'EdDSA', typ, kid: 'known-to-the-test' }).sign(ours);
  };
});

describe('the keys', () => {
  it('rotate while tokens are in use: each is published before it signs and until its last token expires', async () => {
    const rotating: Replica = await startReplica('auth', { ...site.env, TOKEN_KEY_SECONDS: '1', TOKEN_KEY_LEAD_SECONDS: '1' });
    const client = (await site.newcomer()).at(rotating.url);
    const first = await tokenOf(client);
    const kidOf = (token: string) => decodeProtectedHeader(token).kid;
    const deadline = performance.now() + 10_000;
    let latest = first;
    while (kidOf(latest) === kidOf(first)) {
      if (performance.now() > deadline) throw new Error('There is no new key.');
      latest = await tokenOf(client);
      expect((await present(latest)).status).toBe(200);
    }
    expect((await present(first)).status).toBe(200);
    expect((await jwks()).keys.map(({ kid }) => kid)).toEqual(expect.arrayContaining([kidOf(first), kidOf(latest)]));
  }, 30_000);

  it('do not block logins and logouts while a key is created', async () => {
    const [making, leaving] = [await site.newcomer(), await site.newcomer()];
    await site.query('DELETE FROM token_key');
    // Blocks the replica after it takes the lock of the keys and before it stores the new key.
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
      if (performance.now() > deadline) throw new Error(`No query is waiting for ${table}.`);
    }
  }

  it('are sealed in a dump of the table', async () => {
    await tokenOf(await site.signedIn());
    const rows = await site.query<{ sealed_private_jwk: string }>('SELECT * FROM token_key');
    expect(JSON.stringify(rows)).not.toMatch(/"d"/);
    expect(Buffer.from(rows[0]!.sealed_private_jwk, 'base64url').toString('latin1')).not.toContain('"d":');
  });
});

describe('with a database login of its own', () => {
  let logins: Record<App, string>;
  let replicas: Replica[];

  beforeAll(async () => {
    const databaseUrl = await migratedDatabase();
    logins = newLogins(databaseUrl);
    await setUpLogins(databaseUrl, logins);
    replicas = await Promise.all(
      (['auth', 'portal'] as const).map((app) => startReplica(app, { ...site.env, DATABASE_URL: logins[app] })),
    );
  }, 180_000);

  it('the portal verifies tokens', async () => {
    const [auth, portal] = replicas;
    const visitor = browserless(auth!.url);
    await register(visitor);
    const { status } = await browserless(portal!.url).get('/api/session', bearer(await tokenOf(visitor)));
    expect(status).toBe(200);
  });

  it.each(['SELECT sealed_private_jwk FROM token_key', 'SELECT * FROM token_key', `UPDATE token_key SET public_jwk = '{}'`])(
    'the portal may not %s',
    async (sql) => {
      await expect(queryAs(logins.portal, sql)).rejects.toThrow('permission denied');
    },
  );
});
