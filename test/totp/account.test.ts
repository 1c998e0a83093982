/** @seconds 9 */
import { decodeJwt } from 'jose';
import { SealedBox } from '../../apps/auth/src/secrets/sealed-box.ts';
import { ADMIN, type Client } from '../support/client.ts';
import { type Replica, replicaDefaults, startReplica } from '../support/replicas.ts';
import { PASSWORD, sessionStatus, startSite, type Site } from '../security/site.ts';
import { changeSessions, codeOf, enrol, forgetUsedCodes, logInTwice, wrongCodeOf } from './totp-site.ts';

let site: Site;
/** One with newer session secrets, one where administrators need a second factor. */
let rotated: Replica;
let strict: Replica;
const NEWER_SECRET = 'a-newer-secret-a-newer-secret-a-newer-secret';
beforeAll(async () => {
  site = await startSite({ auths: 1 });
  const SESSION_SECRETS = `${NEWER_SECRET},${replicaDefaults.SESSION_SECRETS}`;
  rotated = await startReplica('auth', { ...site.env, SESSION_SECRETS });
  strict = await startReplica('auth', { ...site.env, ADMIN_SECOND_FACTOR: 'true' });
}, 180_000);

/** In a URI. */
const SITE = encodeURIComponent('Baton');

const claimsOf = async (client: Client) => decodeJwt((await client.post('/auth/token')).body.token as string);

describe('setting up an app', () => {
  it('needs a code of it, and ends the other sessions of the account', async () => {
    const client = await site.newcomer();
    const other = await site.signedIn(client.credentials);
    const { secret, uri } = (await client.post('/auth/totp')).body as { secret: string; uri: string };
    expect(uri).toBe(
      `otpauth://totp/${SITE}:${client.credentials.username}?issuer=${SITE}&secret=${secret}&algorithm=SHA1&digits=6&period=30`,
    );
    expect((await client.post('/auth/totp/confirm', { code: wrongCodeOf(secret) })).status).toBe(422);
    expect((await site.visitor().post('/auth/login', client.credentials)).status).toBe(200);
    const response = await client.post('/auth/totp/confirm', { code: codeOf(secret) });
    expect([response.status, new Set(response.body.recoveryCodes).size]).toEqual([200, 10]);
    expect(await sessionStatus(other, site.portal[0]!)).toBe(401);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
    expect((await client.post('/auth/totp')).status).toBe(409);
  });

  it('leaves nothing in the tables that signs in', async () => {
    const { secret, recoveryCodes } = await enrol(await site.newcomer());
    const rows = JSON.stringify([await site.query('SELECT * FROM totp'), await site.query('SELECT * FROM recovery_code')]);
    for (const kept of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll('-', ''))])
      expect(rows).not.toContain(kept);
  });

  it('survives a rotation of the session secrets, and each use moves the secret to the newest one', async () => {
    const client = await site.newcomer();
    const { secret } = await enrol(client);
    await logInTwice(site, site.visitor().at(rotated.url), client.credentials, secret);
    const [row] = await site.query<{ id: string; sealed: string }>(
      'SELECT id, sealed_secret AS sealed FROM totp JOIN users ON id = user_id WHERE name = $1',
      [client.credentials.username],
    );
    expect(new SealedBox([NEWER_SECRET]).open(`totp of ${row!.id}`, row!.sealed)).toBe(secret);
  });
});

describe('removing the app', () => {
  it('ends the other sessions of the account, and leaves no recovery code', async () => {
    const client = await site.newcomer();
    const { secret } = await enrol(client);
    const other = site.visitor();
    await logInTwice(site, other, client.credentials, secret);
    const codes = () =>
      site.query('SELECT FROM recovery_code WHERE user_id = (SELECT id FROM users WHERE name = $1)', [
        client.credentials.username,
      ]);
    expect(await codes()).toHaveLength(10);
    expect((await client.post('/auth/totp/remove')).status).toBe(204);
    expect(await codes()).toEqual([]);
    expect(await sessionStatus(other, site.portal[0]!)).toBe(401);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
  });
});

describe('sensitive actions of an account with an app', () => {
  it('ask for password and code when the last code is too old', async () => {
    const client = await site.newcomer();
    const { secret } = await enrol(client);
    await changeSessions(site, '{secondFactorAt}', 0);
    const change = { currentPassword: PASSWORD, newPassword: 'another long sentence' };
    const refused = () =>
      Promise.all([
        client.delete('/auth/sessions'),
        client.post('/auth/password', change),
        client.post('/auth/totp'),
        client.post('/auth/totp/confirm', { code: codeOf(secret) }),
        client.post('/auth/totp/recovery-codes'),
        client.post('/auth/totp/remove'),
      ]);
    const types = (await refused()).map(({ status, body }) => [status, body.type]);
    expect(types).toEqual(types.map(() => [403, 'urn:baton:reauthenticate']));
    const half = await client.post('/auth/reauthenticate', { password: PASSWORD });
    expect([half.status, half.body.type]).toEqual([401, 'urn:baton:second-factor']);
    expect((await client.delete('/auth/sessions')).status).toBe(403);
    const before = client.jar.get('baton');
    await forgetUsedCodes(site);
    expect((await client.post('/auth/totp/verify', { code: codeOf(secret) })).status).toBe(200);
    expect(client.jar.get('baton')).not.toBe(before);
    await forgetUsedCodes(site);
    expect((await client.post('/auth/totp/verify', { code: codeOf(secret) })).body.title).toBe('Password needed');
    expect((await client.delete('/auth/sessions')).status).toBe(200);
    expect((await client.post('/auth/password', change)).status).toBe(204);
  });

  it('lead people through both forms and back', async () => {
    const client = await site.newcomer();
    const { secret } = await enrol(client);
    await changeSessions(site, '{secondFactorAt}', 0);
    const form = { headers: { accept: 'text/html' } };
    const locations = [];
    for (const [path, fields] of [
      ['/auth/totp/remove', {}],
      ['/auth/reauthenticate', { password: PASSWORD, to: '/auth/totp' }],
    ] as const)
      locations.push((await client.submit(path, fields, form)).headers.get('location'));
    await forgetUsedCodes(site);
    const last = await client.submit('/auth/totp/verify', { code: codeOf(secret), to: '/auth/totp' }, form);
    locations.push(last.headers.get('location'));
    expect(locations).toEqual(['/auth/reauthenticate?to=%2Fauth%2Ftotp', '/auth/totp/verify?to=%2Fauth%2Ftotp', '/auth/totp']);
  });
});

describe('a token', () => {
  it('says how its user was authenticated', async () => {
    const client = await site.newcomer();
    expect(await claimsOf(client)).toMatchObject({ amr: ['pwd'], acr: 'urn:baton:factors:1' });
    const { secret } = await enrol(client);
    const both = { amr: ['pwd', 'otp', 'mfa'], acr: 'urn:baton:factors:2' };
    expect(await claimsOf(client)).toMatchObject(both);
    const visitor = site.visitor();
    await logInTwice(site, visitor, client.credentials, secret);
    expect(await claimsOf(visitor)).toMatchObject(both);
  });
});

describe('new recovery codes', () => {
  it('replace the old ones', async () => {
    const client = await site.newcomer();
    const { recoveryCodes } = await enrol(client);
    const fresh = (await client.post('/auth/totp/recovery-codes')).body.recoveryCodes as string[];
    const visitor = site.visitor();
    await visitor.post('/auth/login', client.credentials);
    expect((await visitor.post('/auth/totp/verify', { code: recoveryCodes[1] })).status).toBe(401);
    expect((await visitor.post('/auth/totp/verify', { code: fresh[1] })).status).toBe(200);
  });

  it('need an app', async () => {
    expect((await (await site.newcomer()).post('/auth/totp/recovery-codes')).status).toBe(409);
  });
});

describe('an administrator', () => {
  it('resets the factors of an account: all its sessions end, its password signs in, and both accounts have an entry', async () => {
    const admin = await site.signedIn(ADMIN);
    const client = await site.newcomer();
    await enrol(client);
    const [{ id }] = (await site.query<{ id: string }>('SELECT id FROM users WHERE name = $1', [
      client.credentials.username,
    ])) as [{ id: string }];
    expect((await client.delete(`/auth/admin/users/${id}/second-factors`)).status).toBe(403);
    expect((await admin.delete(`/auth/admin/users/${id}/second-factors`)).body).toEqual({ reset: ['totp'], ended: 1 });
    expect(await sessionStatus(client, site.portal[0]!)).toBe(401);
    expect((await site.visitor().post('/auth/login', client.credentials)).status).toBe(200);
    expect(await site.query(`SELECT 1 FROM audit_log WHERE event = 'factor-reset' AND user_id = $1`, [id])).toHaveLength(1);
    const byAdmin = `SELECT 1 FROM audit_log WHERE event = 'factors-reset-by-admin' AND details->>'account' = $1`;
    expect(await site.query(byAdmin, [id])).toHaveLength(1);
  });

  it('can only set up a factor without one if ADMIN_SECOND_FACTOR is set; otherwise as before', async () => {
    const client = await site.newcomer();
    await site.query(`UPDATE users SET roles = '{user,admin}' WHERE name = $1`, [client.credentials.username]);
    expect((await client.get('/auth/admin/users')).status).toBe(200);
    const admin = site.visitor().at(strict.url);
    expect((await admin.post('/auth/login', client.credentials)).body.user.roles).toEqual(['user']);
    const refused = await admin.get('/auth/admin/users');
    expect([refused.status, refused.body.type]).toEqual([403, 'urn:baton:second-factor-missing']);
    expect(await claimsOf(admin)).toMatchObject({ roles: ['user'] });
    const { secret } = await enrol(admin);
    expect((await admin.get('/auth/admin/users')).status).toBe(200);
    expect(await claimsOf(admin)).toMatchObject({ roles: ['user', 'admin'] });
    expect((await admin.at(site.portal[0]!.url).get('/api/session')).body.user.roles).toEqual(['user', 'admin']);
    const again = site.visitor().at(strict.url);
    await logInTwice(site, again, client.credentials, secret);
    expect((await again.get('/auth/admin/users')).status).toBe(200);
    expect((await again.post('/auth/totp/remove')).status).toBe(409);
  });
});
