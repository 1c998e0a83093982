/** @seconds 12 */
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { browserless } from '../support/client.ts';
import { startReplica } from '../support/replicas.ts';
import { newCredentials, PASSWORD, sessionStatus, snapshot } from '../security/site.ts';
import { begin, newUser, type OidcSite, signedInBy, startOidcSite, travel, traveller, visitProvider } from './oidc-site.ts';

let site: OidcSite;
beforeAll(async () => {
  site = await startOidcSite();
}, 120_000);

const page = { headers: { accept: 'text/html' } };
const nameOf = async ({ client }: { client: ReturnType<typeof browserless> }) =>
  ((await client.at(site.portal[0]!.url).get('/api/session')).body as { user?: { name: string } }).user?.name;

describe('signing in with the provider', () => {
  it('begins on one replica, ends on the other, and opens a session for the portal under a new id', async () => {
    const visitor = traveller(site);
    const address = await begin(visitor, 'login', { to: '/notes' });
    const before = snapshot(visitor.client, site.auth[1]!.url);
    const user = newUser();
    const back = await visitProvider(visitor, address, user);
    const response = await visitor.client.at(site.auth[1]!.url).get(back, page);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/notes']);
    expect(await nameOf(visitor)).toBe(user);
    expect(visitor.client.jar.get('baton')).not.toBe(before.jar.get('baton'));
    expect(await sessionStatus(before, site.portal[0]!)).toBe(401);
    expect(visitor.client.jar.has('baton-device')).toBe(true);
    const { events } = (await visitor.client.get('/auth/account')).body as { events: { event: string }[] };
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['registered', 'login-ok']));
  });

  it('asks for a code with state, nonce and PKCE', async () => {
    const address = new URL(await begin(traveller(site)));
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: 'openid profile',
      state: expect.stringMatching(/^.{40,}$/),
      nonce: expect.stringMatching(/^.{40,}$/),
      code_challenge: expect.stringMatching(/^.{43}$/),
    });
  });

  it('finds the same account again, and makes one for each subject', async () => {
    const [one, other] = [newUser(), newUser()];
    await signedInBy(site, one);
    await signedInBy(site, other);
    const again = await signedInBy(site, one);
    expect(await nameOf(again)).toBe(one);
    const [row] = await site.query<{ accounts: number }>(
      'SELECT count(DISTINCT user_id)::integer AS accounts FROM oidc_account WHERE subject = ANY($1)',
      [[one, other]],
    );
    expect(row!.accounts).toBe(2);
  });

  it('never takes over an account that has the same name', async () => {
    const { credentials } = await site.newcomer();
    const visitor = await signedInBy(site, credentials.username);
    expect(await nameOf(visitor)).toMatch(new RegExp(`^${credentials.username}-\\d{5}$`));
  });

  it('knows a subject of its own provider only: another one can give the same to somebody else', async () => {
    const user = newUser();
    await signedInBy(site, user);
    await site.query(`UPDATE oidc_account SET issuer = 'https://former.example' WHERE subject = $1`, [user]);
    expect(await nameOf(await signedInBy(site, user))).toMatch(new RegExp(`^${user}-\\d{5}$`));
  });

  it('is for visitors who are not signed in', async () => {
    expect((await (await site.newcomer()).post('/auth/oidc/login')).status).toBe(409);
  });

  it('begins and makes accounts no more often than an address may', async () => {
    const limits = { LOGIN_FAILURES_PER_ADDRESS: '2', REGISTRATIONS_PER_ADDRESS: '1' };
    const strict = await startReplica('auth', { ...site.env, ...limits });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    const attempt = () => browserless(strict.url).post('/auth/oidc/login', {}, from('192.0.2.80'));
    expect([await attempt(), await attempt(), await attempt()].map(({ status }) => status)).toEqual([200, 200, 429]);
    const arrive = async () => {
      const visitor = traveller(site);
      const back = await visitProvider(visitor, await begin(visitor), newUser());
      return (await visitor.client.at(strict.url).get(back, from('192.0.2.81'))).status;
    };
    expect([await arrive(), await arrive()]).toEqual([303, 429]);
  });

  it('makes one account for a visitor who comes back ten times at the same moment', async () => {
    const user = newUser();
    const visitors = Array.from({ length: 10 }, () => traveller(site));
    const backs = await Promise.all(visitors.map(async (each) => visitProvider(each, await begin(each), user)));
    const responses = await Promise.all(backs.map((back, n) => visitors[n]!.client.at(site.auth[n % 2]!.url).get(back, page)));
    expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(303));
    expect(new Set(await Promise.all(visitors.map(nameOf)))).toEqual(new Set([user]));
    expect(await site.query('SELECT name FROM users WHERE name LIKE $1', [`${user}%`])).toHaveLength(1);
  });

  it('makes no account while registration is closed', async () => {
    const closed = await startReplica('auth', { ...site.env, REGISTRATION_OPEN: 'false' });
    const visitor = traveller(site);
    const back = await visitProvider(visitor, await begin(visitor), newUser());
    expect((await visitor.client.at(closed.url).get(back)).status).toBe(403);
    expect(await sessionStatus(visitor.client, site.portal[0]!)).toBe(401);
  });

  it('is refused for a disabled account', async () => {
    const user = newUser();
    await signedInBy(site, user);
    await site.query('UPDATE users SET disabled_at = now() WHERE name = $1', [user]);
    const visitor = traveller(site);
    expect((await travel(site, visitor, user)).status).toBe(403);
    expect(await sessionStatus(visitor.client, site.portal[0]!)).toBe(401);
  });

  it('leaves no password that anybody knows', async () => {
    const user = newUser();
    await signedInBy(site, user);
    for (const password of [user, '', 'undefined', 'null'])
      expect((await site.visitor().post('/auth/login', { username: user, password })).status).toBeGreaterThanOrEqual(400);
  });
});

describe('the way back is refused', () => {
  const arrive = async (visitor: ReturnType<typeof traveller>, back: string) => {
    const response = await visitor.client.at(site.auth[1]!.url).get(back, page);
    expect(response.text).toContain('role="alert"');
    expect(await sessionStatus(visitor.client, site.portal[0]!)).toBe(401);
    return response.status;
  };

  it('with another state', async () => {
    const visitor = traveller(site);
    const back = await visitProvider(visitor, await begin(visitor), newUser());
    expect(await arrive(visitor, back.replace(/state=[^&]+/, 'state=guessed'))).toBe(400);
    expect(await arrive(visitor, back.replace(/state=[^&]+&?/, ''))).toBe(400);
  });

  it('in the browser of another visitor, who would be signed in as somebody else', async () => {
    const [attacker, victim] = [traveller(site), traveller(site)];
    await begin(victim);
    const back = await visitProvider(attacker, await begin(attacker), newUser());
    expect(await arrive(victim, back)).toBe(400);
    expect(await arrive(traveller(site), back)).toBe(400);
  });

  it('a second time, also at the same moment', async () => {
    const visitor = traveller(site);
    const back = await visitProvider(visitor, await begin(visitor), newUser());
    const copies = Array.from({ length: 8 }, (_, n) => snapshot(visitor.client, site.auth[n % 2]!.url));
    const statuses = await Promise.all(copies.map(async (copy) => (await copy.get(back, page)).status));
    expect(statuses.filter((status) => status === 303)).toHaveLength(1);
  });

  it('with a code of another visitor', async () => {
    const [visitor, other] = [traveller(site), traveller(site)];
    const [back, stolen] = await Promise.all(
      [visitor, other].map(async (each) => visitProvider(each, await begin(each), newUser())),
    );
    const code = new URLSearchParams(stolen!.split('?')[1]).get('code')!;
    expect(await arrive(visitor, back!.replace(/code=[^&]+/, `code=${code}`))).toBe(400);
  });

  it('when the visitor declines, with a page that says so', async () => {
    const visitor = traveller(site);
    const state = new URL(await begin(visitor)).searchParams.get('state');
    const iss = encodeURIComponent(site.issuer);
    const response = await visitor.client.get(`/auth/oidc/callback?error=access_denied&state=${state}&iss=${iss}`, page);
    expect([response.status, response.text.includes('cancelled')]).toEqual([400, true]);
  });

  it('after ten minutes', async () => {
    const visitor = traveller(site);
    const back = await visitProvider(visitor, await begin(visitor), newUser());
    // Its record and, because the copy is then older, what replicas read.
    await site.query(
      `UPDATE session SET version = version + 1,
         attributes = jsonb_set(attributes::jsonb, '{pendingAuthorization,beganAt}', to_jsonb(0))
       WHERE user_id IS NULL`,
    );
    await flushRedis();
    expect(await arrive(visitor, back)).toBe(400);
  });
});

describe('an account', () => {
  it('is linked by whoever is signed in to it, and can be entered with both from then on', async () => {
    const client = await site.newcomer();
    const [visitor, user] = [traveller(site, client), newUser()];
    expect((await client.get('/auth/oidc')).body).toEqual({ provider: 'Example', link: null });
    const response = await travel(site, visitor, user, 'link');
    expect([response.status, response.headers.get('location')]).toEqual([303, '/auth/oidc']);
    expect((await client.get('/auth/oidc')).body).toMatchObject({ link: { isOnlyWay: false } });
    expect(await nameOf(await signedInBy(site, user))).toBe(client.credentials.username);
    const { events } = (await client.get('/auth/account')).body as { events: { event: string }[] };
    expect(events.map(({ event }) => event)).toContain('provider-linked');
    expect((await client.post('/auth/oidc/unlink')).status).toBe(204);
    expect((await client.get('/auth/oidc')).body).toMatchObject({ link: null });
    expect(await nameOf(await signedInBy(site, user))).toBe(user);
  });

  it('is linked and unlinked only after a recent proof', async () => {
    const strict = await startReplica('auth', { ...site.env, STEP_UP_SECONDS: '1' });
    const client = (await site.newcomer()).at(strict.url);
    const refused = async (way: string) => {
      const { status, body } = await client.post(`/auth/oidc/${way}`);
      return status === 403 && (body as { type: string }).type === 'urn:baton:reauthenticate' ? 'refused' : status;
    };
    for (const deadline = performance.now() + 20_000; (await refused('link')) !== 'refused'; await pause(50))
      if (performance.now() > deadline) throw new Error('The authentication is still recent enough.');
    expect(await refused('unlink')).toBe('refused');
    expect((await site.visitor().post('/auth/oidc/link')).status).toBe(401);
  });

  it('is not linked in a session that somebody else has signed in to meanwhile', async () => {
    const client = await site.newcomer();
    const visitor = traveller(site, client);
    const back = await visitProvider(visitor, await begin(visitor, 'link'), newUser());
    const other = newCredentials();
    await site.visitor().post('/auth/register', other);
    await client.post('/auth/login', other);
    expect((await client.get(back)).status).toBe(400);
    expect((await client.get('/auth/oidc')).body).toMatchObject({ link: null });
  });

  it('of another user stays with its owner', async () => {
    const user = newUser();
    await signedInBy(site, user);
    const client = await site.newcomer();
    expect((await travel(site, traveller(site, client), user, 'link')).status).toBe(409);
    expect((await client.get('/auth/oidc')).body).toMatchObject({ link: null });
    expect(await nameOf(await signedInBy(site, user))).toBe(user);
  });

  it('without a password keeps its link', async () => {
    const { client } = await signedInBy(site, newUser());
    expect((await client.post('/auth/oidc/unlink')).status).toBe(409);
    expect((await client.get('/auth/oidc')).body).toMatchObject({ link: { isOnlyWay: true } });
  });

  it('is confirmed by the provider, which asks again, and by nobody else there', async () => {
    const user = newUser();
    const visitor = await signedInBy(site, user);
    const before = visitor.client.jar.get('baton');
    const response = await travel(site, visitor, user, 'confirm', { to: '/auth/sessions' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/auth/sessions']);
    expect(visitor.client.jar.get('baton')).not.toBe(before);
    const { provider } = traveller(site);
    expect((await travel(site, { ...visitor, provider }, newUser(), 'confirm')).status).toBe(403);
  });
});

describe('the provider being down', () => {
  it('affects neither passwords nor sessions, and a page says so', async () => {
    const down = await startReplica('auth', { ...site.env, OIDC_ISSUER: 'http://127.0.0.1:1' });
    const visitor = browserless(down.url);
    const response = await visitor.submit('/auth/oidc/login', {}, page);
    expect([response.status, response.text.includes('Example is unavailable')]).toEqual([502, true]);
    expect((await visitor.post('/auth/oidc/login')).body).toMatchObject({ status: 502, title: 'Example is unavailable' });
    const credentials = newCredentials();
    expect((await visitor.post('/auth/register', credentials)).status).toBe(201);
    await visitor.post('/auth/logout');
    expect((await visitor.post('/auth/login', { ...credentials, password: PASSWORD })).status).toBe(200);
    expect(await sessionStatus(visitor, site.portal[0]!)).toBe(200);
  });

  it('between the two ways leads to a page, and then it works again', async () => {
    const visitor = traveller(site);
    const user = newUser();
    const session = await signedInBy(site, user);
    const back = await visitProvider(visitor, await begin(visitor), user);
    await site.provider.kill();
    expect((await visitor.client.get(back, page)).status).toBe(502);
    expect(await sessionStatus(session.client, site.portal[0]!)).toBe(200);
    await site.restartProvider();
    await signedInBy(site, user);
  }, 60_000);
});

describe('a replica', () => {
  it('without a provider has none of its pages', async () => {
    const none = { OIDC_ISSUER: undefined, OIDC_CLIENT_ID: undefined, OIDC_CLIENT_SECRET: undefined, OIDC_NAME: undefined };
    const plain = await startReplica('auth', { ...site.env, ...none });
    const client = browserless(plain.url);
    expect((await client.post('/auth/oidc/login')).status).toBe(404);
    expect((await client.get('/auth/login', page)).text).not.toContain('/auth/oidc');
  });

  it('names what is missing, and exits', async () => {
    const env = { ...site.env, OIDC_CLIENT_ID: undefined, OIDC_NAME: undefined };
    const replica = await startReplica('auth', env, { until: 'started' });
    expect(await replica.exited).toEqual({ code: 1, signal: null });
    expect(replica.logs()).toContain('OIDC_CLIENT_ID is missing (the other OIDC settings need it); OIDC_NAME is missing');
  });

  it('trusts no provider over plain http elsewhere', async () => {
    const env = { ...site.env, OIDC_ISSUER: 'http://provider.example' };
    const replica = await startReplica('auth', env, { until: 'started' });
    expect(await replica.exited).toEqual({ code: 1, signal: null });
    expect(replica.logs()).toContain('OIDC_ISSUER is malformed');
  });
});

async function flushRedis(): Promise<void> {
  const redis = createClient({ url: site.env['REDIS_URL']! });
  await redis.connect();
  await redis.flushDb();
  redis.destroy();
}
