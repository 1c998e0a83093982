/** @seconds 8 */
import { generateKeyPairSync } from 'node:crypto';
import { browserless } from '../support/client.ts';
import { sessionStatus, snapshot } from '../security/site.ts';
import {
  begin,
  LOGOUT_EVENT,
  logoutToken,
  newUser,
  type OidcSite,
  report,
  signedInBy,
  signOutAtProvider,
  startOidcSite,
  travel,
  traveller,
  untilStatus,
  visitProvider,
} from './oidc-site.ts';

let site: OidcSite;
beforeAll(async () => {
  site = await startOidcSite();
}, 120_000);

/** T, with room for a busy machine: what matters is that it ends by itself. */
const BOUND_MS = 10_000;
const statusOf = ({ client }: { client: ReturnType<typeof browserless> }) => sessionStatus(client, site.portal[0]!);
const sidOf = async (user: string) =>
  (await site.query<{ sid: string }>('SELECT sid FROM oidc_session WHERE subject = $1 ORDER BY issued_at DESC', [user]))[0]!.sid;

describe('a logout at the provider', () => {
  it('ends the session on every replica, and only that one', async () => {
    const [user, other] = [newUser(), newUser()];
    const [here, elsewhere, bystander] = [
      await signedInBy(site, user),
      await signedInBy(site, user),
      await signedInBy(site, other),
    ];
    expect(await statusOf(here)).toBe(200);
    await signOutAtProvider(here);
    await untilStatus(() => statusOf(here), 401, BOUND_MS);
    expect((await here.client.at(site.auth[0]!.url).get('/auth/account')).status).toBe(401);
    expect([await statusOf(elsewhere), await statusOf(bystander)]).toEqual([200, 200]);
    const rows = await site.query<{ reason: string }>(
      `SELECT details->>'reason' AS reason FROM audit_log WHERE event = 'session-revoked' ORDER BY id DESC LIMIT 5`,
    );
    expect(rows.map(({ reason }) => reason)).toContain('signed out by the identity provider');
  });

  it('of a subject ends all its sessions that began there, and none that began with a password', async () => {
    const client = await site.newcomer();
    const user = newUser();
    await travel(site, traveller(site, client), user, 'link');
    const [one, other] = [await signedInBy(site, user), await signedInBy(site, user)];
    expect((await report(site, await logoutToken(site, { sub: user }))).status).toBe(200);
    await untilStatus(() => statusOf(one), 401, BOUND_MS);
    await untilStatus(() => statusOf(other), 401, BOUND_MS);
    expect(await statusOf({ client })).toBe(200);
  });

  it('of one session is found by its sid alone', async () => {
    const user = newUser();
    const visitor = await signedInBy(site, user);
    expect((await report(site, await logoutToken(site, { sid: await sidOf(user) }), 0)).status).toBe(200);
    await untilStatus(() => statusOf(visitor), 401, BOUND_MS);
  });

  it('of a subject with an unknown session ends those whose session at the provider is not known', async () => {
    const user = newUser();
    const visitor = await signedInBy(site, user);
    await site.query('UPDATE oidc_session SET sid = NULL WHERE subject = $1', [user]);
    expect((await report(site, await logoutToken(site, { sid: 'unknown' }))).status).toBe(200);
    expect(await statusOf(visitor)).toBe(200);
    expect((await report(site, await logoutToken(site, { sub: user, sid: 'unknown' }))).status).toBe(200);
    await untilStatus(() => statusOf(visitor), 401, BOUND_MS);
  });

  it('ends no session that began at another one', async () => {
    const user = newUser();
    await signedInBy(site, user);
    await site.query(`UPDATE oidc_session SET issuer = 'https://former.example' WHERE subject = $1`, [user]);
    expect((await report(site, await logoutToken(site, { sub: user }))).status).toBe(200);
    const rows = await site.query('SELECT ended_at FROM oidc_session WHERE subject = $1', [user]);
    expect(rows).toEqual([{ ended_at: null }]);
  });

  it('during a sign-in leaves no session', async () => {
    const user = newUser();
    const visitor = traveller(site);
    const back = await visitProvider(visitor, await begin(visitor), user);
    // The token was issued after the code, and arrives before it is used.
    const iat = Math.floor(Date.now() / 1000) + 30;
    expect((await report(site, await logoutToken(site, { sub: user, iat }))).status).toBe(200);
    expect((await visitor.client.get(back)).status).toBe(403);
    expect(await statusOf(visitor)).toBe(401);
  });

  it('races with ten sign-ins, and every session that it leaves can still be ended', async () => {
    const user = newUser();
    await signedInBy(site, user);
    const visitors = Array.from({ length: 10 }, () => traveller(site));
    const backs = await Promise.all(visitors.map(async (each) => visitProvider(each, await begin(each), user)));
    const arrivals = backs.map((back, n) => visitors[n]!.client.at(site.auth[n % 2]!.url).get(back));
    const iat = Math.floor(Date.now() / 1000) + 30;
    const [logout] = await Promise.all([report(site, await logoutToken(site, { sub: user, iat })), ...arrivals]);
    expect(logout.status).toBe(200);
    for (const visitor of visitors) await untilStatus(() => statusOf(visitor), 401, BOUND_MS);
  });
});

describe('a logout token is refused', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

  const refused: [what: string, claims: () => Record<string, unknown>, header?: Parameters<typeof logoutToken>[2]][] = [
    ['signed with another key', () => ({}), { key: foreign }],
    ['signed with an unknown key', () => ({}), { key: foreign, kid: 'unknown' }],
    ['signed with a shared secret', () => ({}), { alg: 'HS256', key: new TextEncoder().encode('x'.repeat(32)) }],
    ['of another issuer', () => ({ iss: 'https://evil.example' })],
    ['for another client', () => ({ aud: 'another' })],
    ['that has expired', () => ({ iat: now() - 600, exp: now() - 300 })],
    ['that is too old, without an expiry', () => ({ iat: now() - 600, exp: undefined })],
    ['from the future', () => ({ iat: now() + 600, exp: now() + 900 })],
    ['without a time', () => ({ iat: undefined })],
    ['without jti', () => ({ jti: undefined })],
    ['without the event', () => ({ events: {} })],
    ['with another event', () => ({ events: { [`${LOGOUT_EVENT}x`]: {} } })],
    ['with a nonce, as an ID token has', () => ({ nonce: 'n' })],
    ['without sub and sid', () => ({ sub: undefined })],
    ['with a sub that no database can store', () => ({ sub: 'a\u0000b' })],
  ];

  // Jest would pass its `done` for a missing third value.
  it.each(refused.map(([what, claims, header = {}]) => ({ what, claims, header })))('$what', async ({ claims, header }) => {
    const user = newUser();
    const visitor = await signedInBy(site, user);
    const response = await report(site, await logoutToken(site, { sub: user, ...claims() }, header));
    expect([response.status, (response.body as { error: string }).error]).toEqual([400, 'invalid_request']);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await statusOf(visitor)).toBe(200);
  });

  it('that was used before, also on the other replica, and at the same moment', async () => {
    const user = newUser();
    const token = await logoutToken(site, { sub: user });
    const responses = await Promise.all(Array.from({ length: 6 }, (_, n) => report(site, token, n % 2)));
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400, 400, 400, 400, 400]);
    expect((await report(site, token)).status).toBe(400);
  });

  it.each(['', 'a.b.c', 'not a token'])('that is %j', async (token) => {
    expect((await report(site, token)).status).toBe(400);
  });

  it('from a browser on another site, and in a request without one', async () => {
    const origin = { headers: { origin: 'https://evil.example' } };
    const visitor = browserless(site.auth[0]!.url);
    const token = await logoutToken(site, { sub: newUser() });
    expect((await visitor.submit('/auth/oidc/backchannel-logout', { logout_token: token }, origin)).status).toBe(403);
    expect((await visitor.post('/auth/oidc/backchannel-logout', {})).status).toBe(400);
  });
});

describe('the endpoint', () => {
  it('knows keys from before while the provider is down, and keeps sessions', async () => {
    const [user, other] = [newUser(), newUser()];
    const [visitor, bystander] = [await signedInBy(site, user), await signedInBy(site, other)];
    const copy = snapshot(visitor.client, site.portal[0]!.url);
    await report(site, await logoutToken(site, { sub: newUser() }));
    await site.provider.kill();
    expect((await report(site, await logoutToken(site, { sub: user }))).status).toBe(200);
    await untilStatus(() => sessionStatus(copy, site.portal[0]!), 401, BOUND_MS);
    expect(await statusOf(bystander)).toBe(200);
    await site.restartProvider();
  }, 60_000);
});
