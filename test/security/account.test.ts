/** @seconds 8 */
import { browserless } from '../support/client.ts';
import { type Replica, startReplica } from '../support/replicas.ts';
import { newCredentials, PASSWORD, sessionStatus, snapshot, startSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite({ env: { STEP_UP_SECONDS: '900' } });
}, 60_000);

const form = { headers: { accept: 'text/html' } };

describe('a new account', () => {
  it('is signed in immediately, and can sign in again', async () => {
    const { credentials, ...client } = await site.newcomer();
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
    expect((await site.visitor().post('/auth/login', credentials)).body.user.roles).toEqual(['user']);
  });

  it('cannot have a name in use, in any spelling', async () => {
    const response = await site.visitor().post('/auth/register', { username: ' Robin', password: PASSWORD });
    expect(response.status).toBe(409);
  });

  it.each(['short', 'password1', 'qwertyuiop', 'a'.repeat(300)])('cannot have the password %j', async (password) => {
    const response = await site.visitor().post('/auth/register', { ...newCredentials(), password });
    expect([response.status, response.text.includes(password)]).toEqual([422, false]);
  });

  it('can have a password of more than 64 Unicode characters', async () => {
    const credentials = { ...newCredentials(), password: 'läng 是 🏃 '.repeat(10) };
    expect((await site.visitor().post('/auth/register', credentials)).status).toBe(201);
    expect((await site.visitor().post('/auth/login', credentials)).status).toBe(200);
    const cut = { ...credentials, password: credentials.password.slice(0, 72) };
    expect((await site.visitor().post('/auth/login', cut)).status).toBe(401);
  });

  it('cannot set its own roles', async () => {
    const response = await site.visitor().post('/auth/register', { ...newCredentials(), roles: ['admin'], isAdmin: true });
    expect(response.body.user.roles).toEqual(['user']);
  });
});

describe('a password', () => {
  it('can be changed only with the current password', async () => {
    const client = await site.newcomer();
    const body = { currentPassword: 'not it at all', newPassword: 'another long sentence' };
    expect((await client.post('/auth/password', body)).status).toBe(401);
    expect((await site.visitor().post('/auth/login', client.credentials)).status).toBe(200);
  });

  it('revokes every other session when it changes, and renews the id of this one', async () => {
    const client = await site.newcomer();
    const other = await site.signedIn(client.credentials);
    const before = snapshot(client, site.portal[0]!.url);
    const newPassword = 'another long sentence';
    const response = await client.post('/auth/password', { currentPassword: PASSWORD, newPassword });
    expect(response.status).toBe(204);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
    expect(await sessionStatus(other, site.portal[0]!)).toBe(401);
    expect(await sessionStatus(before, site.portal[0]!)).toBe(401);
    expect((await site.visitor().post('/auth/login', client.credentials)).status).toBe(401);
    expect((await site.visitor().post('/auth/login', { ...client.credentials, password: newPassword })).status).toBe(200);
  });

  it('must follow the same rules when it changes', async () => {
    const client = await site.newcomer();
    const response = await client.post('/auth/password', { currentPassword: PASSWORD, newPassword: 'password1' });
    expect(response.status).toBe(422);
  });

  it('is rehashed with the current parameters at the next login', async () => {
    const client = await site.newcomer();
    const { hash } = await import('@node-rs/argon2');
    const old = await hash(PASSWORD, { memoryCost: 8192, timeCost: 2, parallelism: 1 });
    await site.query('UPDATE users SET password_hash = $1 WHERE name = $2', [old, client.credentials.username]);
    expect((await site.visitor().post('/auth/login', client.credentials)).status).toBe(200);
    const [row] = await site.query<{ password_hash: string }>('SELECT password_hash FROM users WHERE name = $1', [
      client.credentials.username,
    ]);
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe('a replica with strict settings', () => {
  let strict: Replica;
  beforeAll(async () => {
    strict = await startReplica('auth', { ...site.env, REGISTRATIONS_PER_ADDRESS: '1' });
  }, 30_000);

  it('refuses accounts with a public password', async () => {
    const { credentials } = await site.newcomer();
    await site.query('UPDATE users SET demo = true WHERE name = $1', [credentials.username]);
    expect((await browserless(strict.url).post('/auth/login', credentials)).status).toBe(401);
  });

  it('limits the number of new accounts per address', async () => {
    await site.query(`DELETE FROM throttle WHERE key LIKE 'registration:%'`);
    const register = () => browserless(strict.url).post('/auth/register', newCredentials());
    expect([(await register()).status, (await register()).status]).toEqual([201, 429]);
  });
});

describe('the pages', () => {
  it.each(['/auth/login', '/auth/register'])('%s works without scripts and masks its password field', async (path) => {
    const response = await site.visitor().get(path, form);
    expect(response.status).toBe(200);
    expect(response.text).toMatch(/<form method="post"/);
    expect(response.text).toMatch(/type="password"/);
    expect(response.text).toMatch(/autocomplete="(current|new)-password"/);
  });

  it.each(['/auth/account', '/auth/reauthenticate'])('%s masks every password field', async (path) => {
    const { text } = await (await site.signedIn()).get(path, form);
    const fields = text.match(/<input[^>]*name="[^"]*password"[^>]*>/gi) ?? [];
    expect(fields).not.toEqual([]);
    for (const field of fields) expect(field).toContain('type="password"');
  });

  it.each(['/auth/account', '/auth/sessions'])('%s redirects to the login and back', async (path) => {
    const response = await site.visitor().get(path, form);
    expect([response.status, response.headers.get('location')]).toEqual([303, `/auth/login?to=${encodeURIComponent(path)}`]);
  });

  it.each(['/auth/account', '/auth/sessions', '/auth/reauthenticate'])('%s has a logout button', async (path) => {
    const response = await (await site.signedIn()).get(path, form);
    expect(response.status).toBe(200);
    expect(response.text).toContain('action="/auth/logout"');
  });

  it.each(['/', '/profile', '/preferences'])('%s of the portal has a logout button', async (path) => {
    const response = await (await site.signedIn()).at(site.portal[0]!.url).get(path, form);
    expect(response.text).toContain('action="/auth/logout"');
  });

  it('change a password by form and confirm the change', async () => {
    const client = await site.newcomer();
    const fields = { currentPassword: PASSWORD, newPassword: 'another long sentence' };
    const wrong = await client.submit('/auth/password', { ...fields, currentPassword: 'no' }, form);
    expect([wrong.status, wrong.text.includes('role="alert"')]).toEqual([401, true]);
    const right = await client.submit('/auth/password', fields, form);
    expect([right.status, right.text.includes('role="status"')]).toEqual([200, true]);
  });
});
