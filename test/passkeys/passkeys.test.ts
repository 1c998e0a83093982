/** @seconds 12 */
import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Site } from '../security/site.ts';
import { snapshot } from '../security/site.ts';
import { ADMIN, type Client, type HttpResponse } from '../support/client.ts';
import { type Replica, startReplica } from '../support/replicas.ts';
import { Authenticator, type Wrong } from './authenticator.ts';
import { addPasskey, changeSessions, SITE_URL, signIn, startPasskeySite, tryToAdd } from './passkey-site.ts';

let site: Site;
/** Every authentication is too old after a second, and two refusals are enough. */
let strict: Replica;
/** Without SITE_URL. */
let plain: Replica;
beforeAll(async () => {
  site = await startPasskeySite();
  strict = await startReplica('auth', { ...site.env, STEP_UP_SECONDS: '1', LOGIN_FAILURES_PER_ADDRESS: '2' });
  plain = await startReplica('auth', { ...site.env, SITE_URL: undefined });
}, 120_000);

const page = { headers: { accept: 'text/html' } };
const EVIL = 'https://evil.example';
const names = (list: { body: { name: string }[] }) => list.body.map(({ name }) => name);

describe('a passkey', () => {
  it('signs in alone, without a user name, on any replica', async () => {
    const owner = await site.newcomer();
    const phone = await addPasskey(owner);
    const visitor = site.visitor();
    const { body: options } = await visitor.post('/auth/passkeys/sign-in/options');
    expect(options).toMatchObject({ rpId: 'site.example', userVerification: 'required' });
    expect(options.allowCredentials ?? []).toEqual([]);
    const body = { response: phone.get(options), to: '/preferences' };
    const signedIn = await visitor.at(site.auth[1]!.url).post('/auth/passkeys/sign-in', body);
    expect(signedIn.body).toEqual({ user: expect.objectContaining({ name: owner.credentials.username }), to: '/preferences' });
    const [session] = await site.query<{ attributes: string }>('SELECT attributes FROM session ORDER BY created_at DESC LIMIT 1');
    expect(JSON.parse(session!.attributes)).toMatchObject({ amr: ['pop', 'mfa'] });
    expect((await visitor.get('/auth/account')).body.user.name).toBe(owner.credentials.username);
    expect((await visitor.get('/auth/passkeys')).body).toEqual([
      expect.objectContaining({ name: 'phone', usedAt: expect.any(String), backupEligible: true, backedUp: true }),
    ]);
  });

  it('leads to no other site', async () => {
    const phone = await addPasskey(await site.newcomer());
    const visitor = site.visitor();
    const { body: options } = await visitor.post('/auth/passkeys/sign-in/options');
    const body = { response: phone.get(options), to: '//evil.example' };
    expect((await visitor.post('/auth/passkeys/sign-in', body)).body.to).toBe('/');
  });

  it('can be one of several, each with a name, and works until it is removed', async () => {
    const owner = await site.newcomer();
    const [phone, key] = [await addPasskey(owner, ' phone '), await addPasskey(owner, 'key')];
    const list = await owner.get('/auth/passkeys');
    expect(names(list)).toEqual(['phone', 'key']);
    expect((await signIn(site.visitor(), phone)).status).toBe(200);
    expect((await owner.delete(`/auth/passkeys/${list.body[0].id}`)).status).toBe(204);
    expect((await signIn(site.visitor().at(site.auth[1]!.url), phone)).status).toBe(401);
    expect((await signIn(site.visitor(), key)).status).toBe(200);
    expect(names(await owner.get('/auth/passkeys'))).toEqual(['key']);
  });

  it('is registered once, and removed by its owner only', async () => {
    const [owner, other] = [await site.newcomer(), await site.newcomer()];
    const phone = await addPasskey(owner);
    const { body: options } = await owner.post('/auth/passkeys/options');
    expect(options.excludeCredentials).toEqual([expect.objectContaining({ id: phone.id.toString('base64url') })]);
    expect((await tryToAdd(other, phone)).status).toBe(409);
    const [{ id }] = (await owner.get('/auth/passkeys')).body;
    expect((await other.delete(`/auth/passkeys/${id}`)).status).toBe(404);
    expect((await other.delete('/auth/passkeys/nothing')).status).toBe(404);
    expect((await site.visitor().delete(`/auth/passkeys/${id}`)).status).toBe(401);
    expect((await site.visitor().post('/auth/passkeys/options')).status).toBe(401);
  });

  it('is one of at most 20', async () => {
    const owner = await site.newcomer();
    await addPasskey(owner);
    await site.query(
      `INSERT INTO passkey (user_id, name, credential_id, public_key, counter, transports, backup_eligible, backed_up)
       SELECT user_id, name, n::text || credential_id, public_key, 0, '{}', false, false FROM passkey, generate_series(1, 19) AS n
        WHERE user_id = (SELECT id FROM users WHERE name = $1)`,
      [owner.credentials.username],
    );
    expect((await owner.post('/auth/passkeys/options')).status).toBe(422);
  });

  it('is stored with its counter and its backup flags, and both are kept up to date', async () => {
    const owner = await site.newcomer();
    const phone = await addPasskey(owner);
    phone.counter = 7;
    await signIn(site.visitor(), phone);
    const rows = await site.query(
      `SELECT counter, backup_eligible, backed_up, transports FROM passkey WHERE credential_id = $1`,
      [phone.id.toString('base64url')],
    );
    expect(rows).toEqual([{ counter: '7', backup_eligible: true, backed_up: true, transports: ['internal'] }]);
    expect((await signIn(site.visitor(), phone)).status).toBe(401);
    expect((await signIn(site.visitor(), phone, { counter: 8 })).status).toBe(200);
  });

  it('does not sign in to a disabled account', async () => {
    const owner = await site.newcomer();
    const phone = await addPasskey(owner);
    await site.query('UPDATE users SET disabled_at = now() WHERE name = $1', [owner.credentials.username]);
    expect((await signIn(site.visitor(), phone)).status).toBe(401);
  });

  it('cannot be guessed without end from one address', async () => {
    const from = { headers: { 'x-forwarded-for': '192.0.2.77' } };
    const attempt = async () => {
      const visitor = site.visitor().at(strict.url);
      const { body: options } = await visitor.post('/auth/passkeys/sign-in/options', {}, from);
      const response = new Authenticator(SITE_URL).get(options);
      return (await visitor.post('/auth/passkeys/sign-in', { response }, from)).status;
    };
    expect([await attempt(), await attempt(), await attempt()]).toEqual([401, 401, 429]);
  });
});

describe('a passkey is refused', () => {
  const other = new Authenticator(SITE_URL);
  const wrongs: [string, Wrong][] = [
    ['for another origin', { origin: EVIL }],
    ['for another port', { origin: `${SITE_URL}:8443` }],
    ['for another site', { rpId: 'evil.example' }],
    ['for another challenge', { challenge: 'AAAA' }],
    ['made for a registration', { type: 'webauthn.create' }],
    ['unless it verified its user', { verified: false }],
  ];

  it.each<[string, Wrong]>([
    ...wrongs,
    ['with the signature of another', { privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }],
    ['with the name of another user', { userHandle: 'bm9ib2R5' }],
    ['without its user', { userHandle: '' }],
    ['if it cannot be backed up any more', { backupEligible: false }],
  ])('%s', async (_, wrong) => {
    const phone = await addPasskey(await site.newcomer());
    expect((await signIn(site.visitor(), phone, wrong)).status).toBe(401);
    expect((await signIn(site.visitor(), phone)).status).toBe(200);
  });

  it.each(wrongs.filter(([, { type }]) => !type))('%s, also when it is added', async (_, wrong) => {
    const owner = await site.newcomer();
    expect((await tryToAdd(owner, new Authenticator(SITE_URL), wrong)).status).toBe(422);
    expect(names(await owner.get('/auth/passkeys'))).toEqual([]);
  });

  it('when nobody knows it', async () => {
    expect((await signIn(site.visitor(), other)).status).toBe(401);
  });

  it('whatever the Host header says', async () => {
    const phone = await addPasskey(await site.newcomer());
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', origin: EVIL };
    const visitor = site.visitor();
    const { body: options } = await visitor.post('/auth/passkeys/sign-in/options', {}, { headers });
    expect(options.rpId).toBe('site.example');
    const body = { response: phone.get(options, { origin: EVIL, rpId: 'evil.example' }) };
    expect((await visitor.post('/auth/passkeys/sign-in', body, { headers })).status).toBe(401);
  });

  it.each<[string, object]>([
    ['nothing', {}],
    ['another type', { response: { id: 'a', rawId: 'a', type: 'password', response: {} } }],
    ['not base64url', { response: { id: 'a b', rawId: 'a', type: 'public-key', response: {} } }],
  ])('when it is %s', async (_, body) => {
    const visitor = await site.newcomer();
    expect((await visitor.post('/auth/passkeys/sign-in', body)).status).toBe(400);
    expect((await visitor.post('/auth/passkeys', { name: 'phone', ...body })).status).toBe(400);
  });
});

describe('a challenge', () => {
  it('works once: a recorded answer signs nobody in, in no session', async () => {
    const phone = await addPasskey(await site.newcomer());
    const visitor = site.visitor();
    const { body: options } = await visitor.post('/auth/passkeys/sign-in/options');
    const [recorded, before] = [{ response: phone.get(options) }, snapshot(visitor, site.auth[0]!.url)];
    expect((await visitor.post('/auth/passkeys/sign-in', recorded)).status).toBe(200);
    expect((await visitor.post('/auth/passkeys/sign-in', recorded)).status).toBe(409);
    expect((await before.post('/auth/passkeys/sign-in', recorded)).status).toBe(409);
    const thief = site.visitor();
    expect((await thief.post('/auth/passkeys/sign-in', recorded)).status).toBe(409);
    await thief.post('/auth/passkeys/sign-in/options');
    expect((await thief.post('/auth/passkeys/sign-in', recorded)).status).toBe(401);
  });

  it('works once after a wrong answer too', async () => {
    const phone = await addPasskey(await site.newcomer());
    const visitor = site.visitor();
    const { body: options } = await visitor.post('/auth/passkeys/sign-in/options');
    expect((await visitor.post('/auth/passkeys/sign-in', { response: phone.get(options, { origin: EVIL }) })).status).toBe(401);
    expect((await visitor.post('/auth/passkeys/sign-in', { response: phone.get(options) })).status).toBe(409);
  });

  it('works once of ten answers at the same moment, on two replicas', async () => {
    const phone = await addPasskey(await site.newcomer());
    const visitor = site.visitor();
    const body = { response: phone.get((await visitor.post('/auth/passkeys/sign-in/options')).body) };
    const copies = Array.from({ length: 10 }, (_, n) => snapshot(visitor, site.auth[n % 2]!.url));
    const statuses = await Promise.all(copies.map(async (copy) => (await copy.post('/auth/passkeys/sign-in', body)).status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status < 400)).toHaveLength(1);
  });

  it('ends after 5 minutes', async () => {
    const phone = await addPasskey(await site.newcomer());
    const visitor = site.visitor();
    const { body: options } = await visitor.post('/auth/passkeys/sign-in/options');
    const age = `jsonb_set(attributes::jsonb, '{passkeyChallenge,expiresAt}',
      to_jsonb((attributes::jsonb #>> '{passkeyChallenge,expiresAt}')::bigint - 300000))`;
    await changeSessions(
      site,
      `attributes = CASE WHEN attributes LIKE '%passkeyChallenge%' THEN ${age}::text ELSE attributes END`,
    );
    expect((await visitor.post('/auth/passkeys/sign-in', { response: phone.get(options) })).status).toBe(409);
  });

  it('serves the purpose it was made for, and no other', async () => {
    const owner = await site.newcomer();
    const phone = await addPasskey(owner);
    const { body: forAdding } = await owner.post('/auth/passkeys/options');
    expect((await owner.post('/auth/passkeys/sign-in', { response: phone.get(forAdding) })).status).toBe(409);
    const { body: forSigningIn } = await owner.post('/auth/passkeys/sign-in/options');
    const response = new Authenticator(SITE_URL).create({ ...forSigningIn, user: { id: 'bm9ib2R5' } });
    expect((await owner.post('/auth/passkeys', { name: 'key', response })).status).toBe(409);
  });
});

describe('adding and removing a passkey', () => {
  it('need a recent authentication', async () => {
    const owner = await site.newcomer();
    const phone = await addPasskey(owner);
    const [{ id }] = (await owner.get('/auth/passkeys')).body;
    const { body: options } = await owner.post('/auth/passkeys/options');
    const key = { name: 'key', response: new Authenticator(SITE_URL).create(options) };
    const late = owner.at(strict.url);
    const refused = await untilRefused(late);
    expect(refused.body.type).toBe('urn:baton:reauthenticate');
    expect((await late.post('/auth/passkeys', key)).status).toBe(403);
    expect((await late.delete(`/auth/passkeys/${id}`)).status).toBe(403);
    const form = await late.submit(`/auth/passkeys/${id}/remove`, {}, page);
    expect(form.headers.get('location')).toBe('/auth/reauthenticate?to=%2Fauth%2Fpasskeys');
    expect((await signIn(site.visitor(), phone)).status).toBe(200);
    expect((await owner.submit(`/auth/passkeys/${id}/remove`, {}, page)).headers.get('location')).toBe('/auth/passkeys');
    expect((await owner.get('/auth/passkeys')).body).toEqual([]);
  });

  it('are in the audit log of the account, and so are refusals', async () => {
    const owner = await site.newcomer();
    const phone = await addPasskey(owner);
    await signIn(site.visitor(), phone, { origin: EVIL });
    const [{ id }] = (await owner.get('/auth/passkeys')).body;
    await owner.delete(`/auth/passkeys/${id}`);
    const { events } = (await owner.get('/auth/account')).body as { events: { event: string }[] };
    expect(events.map(({ event }) => event)).toEqual([
      'passkey-removed',
      'login-failed',
      'passkey-added',
      'login-ok',
      'registered',
    ]);
  });
});

describe('a site', () => {
  it('has passkeys only with SITE_URL, and passwords anyway', async () => {
    const visitor = site.visitor().at(plain.url);
    expect((await visitor.post('/auth/passkeys/sign-in/options')).status).toBe(404);
    expect((await visitor.get('/auth/login', page)).text).not.toMatch(/passkey/i);
    expect((await visitor.post('/auth/login', ADMIN)).status).toBe(200);
    expect((await visitor.get('/auth/account', page)).text).not.toMatch(/passkey/i);
  });

  it('says in its pages what needs JavaScript', async () => {
    const owner = await site.newcomer();
    const login = (await site.visitor().get('/auth/login', page)).text;
    expect(login).toMatch(/<noscript>.*Signing in with a passkey needs JavaScript\..*<\/noscript>/s);
    const list = (await owner.get('/auth/passkeys', page)).text;
    expect(list).toMatch(/<noscript>.*Adding a passkey needs JavaScript.*<\/noscript>/s);
    expect((await owner.get('/auth/account', page)).text).toContain('href="/auth/passkeys"');
  });
});

/** Waits until the authentication is older than STEP_UP_SECONDS=1. */
async function untilRefused(client: Client): Promise<HttpResponse> {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; await pause(100)) {
    const response = await client.delete('/auth/passkeys/nothing');
    if (response.status === 403) return response;
  }
  throw new Error('The authentication is still recent enough.');
}
