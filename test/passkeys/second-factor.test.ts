/** @seconds 8 */
import { type Site } from '../security/site.ts';
import type { Client } from '../support/client.ts';
import { startReplica } from '../support/replicas.ts';
import { Authenticator } from './authenticator.ts';
import { addPasskey, continueWith, signIn, SITE_URL, startPasskeySite } from './passkey-site.ts';

let site: Site;
beforeAll(async () => {
  site = await startPasskeySite();
}, 120_000);

const amrOf = async (name: string) => {
  const rows = await site.query<{ attributes: string }>(
    `SELECT attributes FROM session WHERE user_id = (SELECT id::text FROM users WHERE name = $1) ORDER BY created_at DESC LIMIT 1`,
    [name],
  );
  return (JSON.parse(rows[0]!.attributes) as { amr: string[] }).amr;
};
const isSignedIn = async (client: Client) => (await client.get('/auth/account')).status === 200;

describe('after the password, an account with a passkey', () => {
  it('needs it, on any replica', async () => {
    const { credentials, ...owner } = await site.newcomer();
    const phone = await addPasskey(owner);
    const visitor = site.visitor();
    const half = await visitor.post('/auth/login', credentials);
    expect([half.status, half.body.factors]).toEqual([401, [{ name: 'passkey', path: '/auth/passkeys/second-factor' }]]);
    expect(await isSignedIn(visitor)).toBe(false);
    const other = visitor.at(site.auth[1]!.url);
    const { body: options } = await other.post('/auth/passkeys/second-factor/options');
    expect(options.allowCredentials).toEqual([expect.objectContaining({ id: phone.id.toString('base64url') })]);
    expect((await continueWith(other, phone)).body).toEqual({ to: '/preferences' });
    expect(await isSignedIn(visitor)).toBe(true);
    expect(await amrOf(credentials.username)).toEqual(['pwd', 'pop', 'mfa']);
  });

  it('takes one of its own, unlocked, for the challenge of this step', async () => {
    const { credentials, ...owner } = await site.newcomer();
    const phone = await addPasskey(owner);
    const stranger = await addPasskey(await site.newcomer());
    const visitor = site.visitor();
    await visitor.post('/auth/login', credentials);
    expect((await continueWith(visitor, stranger)).status).toBe(401);
    expect((await continueWith(visitor, phone, { verified: false })).status).toBe(401);
    expect((await continueWith(visitor, phone, { origin: 'https://evil.example' })).status).toBe(401);
    expect((await continueWith(visitor, new Authenticator(SITE_URL))).status).toBe(401);
    const { body: alone } = await visitor.post('/auth/passkeys/sign-in/options');
    expect((await visitor.post('/auth/passkeys/second-factor', { response: phone.get(alone) })).status).toBe(409);
    expect(await isSignedIn(visitor)).toBe(false);
    expect((await continueWith(visitor, phone)).status).toBe(200);
  });

  it('is locked after wrong ones, also for the right one', async () => {
    const strict = await startReplica('auth', { ...site.env, LOGIN_FAILURES_PER_ACCOUNT: '2' });
    const { credentials, ...owner } = await site.newcomer();
    const phone = await addPasskey(owner);
    const visitor = site.visitor().at(strict.url);
    await visitor.post('/auth/login', credentials);
    const attempt = async (wrong = {}) => (await continueWith(visitor, phone, wrong)).status;
    const wrong = { verified: false };
    expect([await attempt(wrong), await attempt(wrong), await attempt()]).toEqual([401, 401, 429]);
    expect(await isSignedIn(visitor)).toBe(false);
  });

  it('needs the password first, in this session', async () => {
    await addPasskey(await site.newcomer());
    const visitor = site.visitor();
    expect((await visitor.post('/auth/passkeys/second-factor/options')).status).toBe(401);
    const page = await visitor.get('/auth/passkeys/second-factor', { headers: { accept: 'text/html' } });
    expect(page.headers.get('location')).toBe('/auth/login?to=%2Fauth%2Fpasskeys%2Fsecond-factor');
  });

  it('says in the page what needs JavaScript', async () => {
    const { credentials, ...owner } = await site.newcomer();
    await addPasskey(owner);
    const visitor = site.visitor();
    const html = { headers: { accept: 'text/html' } };
    const half = await visitor.submit('/auth/login', { ...credentials, to: '/auth/account' }, html);
    expect(half.headers.get('location')).toBe('/auth/passkeys/second-factor?to=%2Fauth%2Faccount');
    const step = await visitor.get(half.headers.get('location')!, html);
    expect(step.text).toMatch(/<noscript>.*Using a passkey needs JavaScript/s);
    expect(step.text).toContain('value="/auth/account"');
  });
});

describe('an account', () => {
  it('signs in with its password alone again when its last passkey is removed', async () => {
    const { credentials, ...owner } = await site.newcomer();
    await addPasskey(owner);
    const [{ id }] = (await owner.get('/auth/passkeys')).body;
    expect((await owner.delete(`/auth/passkeys/${id}`)).status).toBe(204);
    expect((await site.visitor().post('/auth/login', credentials)).status).toBe(200);
  });

  it('can change its passkeys right after it has added or used one, and not with the password alone', async () => {
    const { credentials, ...owner } = await site.newcomer();
    const phone = await addPasskey(owner);
    await addPasskey(owner, 'key');
    const visitor = site.visitor();
    await visitor.post('/auth/login', credentials);
    expect((await visitor.post('/auth/passkeys/options')).status).toBe(401);
    await signIn(visitor, phone);
    expect((await visitor.post('/auth/passkeys/options')).status).toBe(200);
  });

  it('of an administrator keeps its only passkey if ADMIN_SECOND_FACTOR is set', async () => {
    const strict = await startReplica('auth', { ...site.env, ADMIN_SECOND_FACTOR: 'true' });
    const { credentials, ...client } = await site.newcomer();
    await site.query(`UPDATE users SET roles = '{user,admin}' WHERE name = $1`, [credentials.username]);
    await addPasskey(client);
    await addPasskey(client, 'key');
    const owner = client.at(strict.url);
    const [phone, key] = (await owner.get('/auth/passkeys')).body as { id: string }[];
    expect((await owner.delete(`/auth/passkeys/${phone!.id}`)).status).toBe(204);
    expect((await owner.delete(`/auth/passkeys/${phone!.id}`)).status).toBe(404);
    expect((await owner.delete(`/auth/passkeys/${key!.id}`)).status).toBe(409);
    const form = await owner.submit(`/auth/passkeys/${key!.id}/remove`, {}, { headers: { accept: 'text/html' } });
    expect([form.status, form.text.includes('Administrators need a second factor.')]).toEqual([409, true]);
    expect((await owner.get('/auth/passkeys')).body).toHaveLength(1);
    expect((await owner.get('/auth/admin/users')).status).toBe(200);
  });
});
