/** @seconds 9 */
import { ownTables } from '../../apps/auth/src/own-data/own-tables.ts';
import { ADMIN, browserless, type Client } from '../support/client.ts';
import { startReplica } from '../support/replicas.ts';
import { PASSWORD, sessionStatus, startSite, type Site } from '../security/site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
}, 60_000);

const html = { headers: { accept: 'text/html' } };
const forever = { forever: true };
const idOf = async (client: Client): Promise<string> => (await client.get('/auth/account')).body.user.id as string;

/** As features write them: with names that the user gave, and digests of what somebody typed. */
const addEntry = (id: string, details: object) =>
  site.query(`INSERT INTO audit_log (event, user_id, replica, details) VALUES ('passkey-added', $1, 'test', $2)`, [id, details]);

/** Every value of a column that could stand for the person. */
const stored = async (sql: string, id: string) => JSON.stringify(await site.query(sql, [id]));

describe('the export of a user', () => {
  it('is a download with profile, sessions, devices, activity and what features keep', async () => {
    const client = await site.newcomer();
    const portal = client.at(site.portal[0]!.url);
    await portal.put('/api/preferences', { theme: 'dark' });
    await portal.post('/notes', { text: 'Buy milk' });
    const response = await client.at(site.auth[1]!.url).get('/auth/own-data/export');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="?[\w-]+-data\.json"?$/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { profile, sessions, notes, audit } = response.body;
    expect(profile).toEqual({
      id: await idOf(client),
      name: client.credentials.username,
      roles: ['user'],
      createdAt: expect.any(String),
    });
    expect(sessions).toEqual([
      expect.objectContaining({
        current: true,
        device: expect.objectContaining({ ip: expect.any(String) }),
        attributes: expect.objectContaining({ preferences: { theme: 'dark' }, notesAdded: 1 }),
      }),
    ]);
    expect(notes).toMatchObject([{ text: 'Buy milk' }]);
    expect(audit.map(({ event }: { event: string }) => event)).toEqual(expect.arrayContaining(['registered', 'login-ok']));
    for (const { name } of ownTables) expect(response.body[name]).toBeInstanceOf(Array);
  });

  it('holds nothing of others, and nothing that works as a proof', async () => {
    const [client, other] = [await site.newcomer(), await site.newcomer()];
    await site.query(
      `UPDATE session SET attributes = (attributes::jsonb || '{"step": {"proof": "p-in-progress", "kind": "otp"}}')::text WHERE user_id = $1`,
      [await idOf(client)],
    );
    await addEntry(await idOf(client), { against: 'digest-of-a-typed-name', name: 'phone' });
    const fresh = await startReplica('auth', { ...site.env, SESSION_STRATEGY: 'postgres' });
    const { text, body } = await client.at(fresh.url).get('/auth/own-data/export');
    expect(body.sessions[0].attributes.step).toEqual({ kind: 'otp' });
    expect(text).not.toContain('p-in-progress');
    expect(text).not.toContain('digest-of-a-typed-name');
    const exported = `SELECT 1 FROM audit_log WHERE event = 'data-exported' AND user_id = $1`;
    expect(await site.query(exported, [await idOf(client)])).toHaveLength(1);
    expect(text).not.toContain(other.credentials.username);
    const [row] = await site.query<{ key: string; proof: string; password_hash: string }>(
      `SELECT key, proof, password_hash FROM session JOIN users ON id::text = user_id WHERE user_id = $1`,
      [await idOf(client)],
    );
    for (const secret of Object.values(row!)) expect(text).not.toContain(secret);
    for (const cookie of client.jar.values()) expect(text).not.toContain(cookie.slice(4, 40));
  });

  it('covers every table that refers to an account, but those of proofs and mails in progress', async () => {
    const tables = await site.query<{ name: string; follows: boolean }>(
      `SELECT conrelid::regclass::text AS name, confdeltype = 'c' AS follows FROM pg_constraint WHERE confrelid = 'users'::regclass`,
    );
    expect(tables.filter(({ follows }) => !follows)).toEqual([]);
    const covered = [...ownTables.map(({ sql }) => / FROM (\w+) /.exec(sql)![1]!), 'recovery_code', 'mail_link', 'mail_outbox'];
    expect(tables.filter(({ name }) => !covered.includes(name))).toEqual([]);
  });

  it('needs a user, and a recent proof of who it is', async () => {
    expect((await site.visitor().get('/auth/own-data/export')).status).toBe(401);
    const strict = await startReplica('auth', { ...site.env, STEP_UP_SECONDS: '1' });
    const client = (await site.newcomer()).at(strict.url);
    const deadline = performance.now() + 5000;
    while ((await client.get('/auth/own-data/export')).status !== 403) expect(performance.now()).toBeLessThan(deadline);
    const detour = await client.get('/auth/own-data/export', html);
    expect(detour.headers.get('location')).toBe(`/auth/reauthenticate?to=${encodeURIComponent('/auth/own-data/export')}`);
    expect((await client.post('/auth/own-data/delete', forever)).status).toBe(403);
    const back = await client.submit('/auth/own-data/delete', { forever: 'true' }, html);
    expect(back.headers.get('location')).toBe(`/auth/reauthenticate?to=${encodeURIComponent('/auth/own-data')}`);
    expect((await client.get('/auth/account')).status).toBe(200);
  });
});

describe('a user who deletes the account', () => {
  it('is signed out everywhere, and nothing that names the person is left', async () => {
    const client = await site.newcomer();
    const { username } = client.credentials;
    const id = await idOf(client);
    const phone = site.visitor();
    const login = await phone.post('/auth/login', client.credentials, { headers: { 'user-agent': 'Phone of Ada/1.0' } });
    expect(login.status).toBe(200);
    await client.at(site.portal[0]!.url).post('/notes', { text: 'Buy milk' });
    await addEntry(id, { name: `Phone of ${username}`, kept: true });
    const response = await client.post('/auth/own-data/delete', forever);
    expect([response.status, response.headers.get('clear-site-data')]).toEqual([204, '"cache", "cookies", "storage"']);

    expect(await sessionStatus(phone, site.portal[0]!)).toBe(401);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(401);
    expect((await site.visitor().post('/auth/login', { username, password: PASSWORD })).status).toBe(401);
    expect(await site.query('SELECT id FROM users WHERE id = $1', [id])).toEqual([]);
    expect(await site.query('SELECT id FROM note WHERE user_id = $1', [id])).toEqual([]);
    for (const table of ['session', 'audit_log']) {
      const left = await stored(`SELECT * FROM ${table} WHERE user_id = $1::text`, id);
      expect(left).toContain(id);
      expect(left).not.toMatch(new RegExp(`${username}|Ada|127\\.0\\.0\\.1|::1`));
    }
    const events = await site.query<{ event: string }>('SELECT event FROM audit_log WHERE user_id = $1', [id]);
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['registered', 'login-ok', 'account-deleted']));
  });

  it('can register the same name again, as another account', async () => {
    const client = await site.newcomer();
    const id = await idOf(client);
    expect((await client.post('/auth/own-data/delete', forever)).status).toBe(204);
    const again = browserless(site.auth[0]!.url);
    expect((await again.post('/auth/register', client.credentials)).status).toBe(201);
    expect(await idOf(again)).not.toBe(id);
    expect((await again.get('/auth/own-data/export')).text).not.toContain(id);
  });

  it('can do it with a form, which asks for the box to be ticked', async () => {
    const client = await site.newcomer();
    const forgotten = await client.submit('/auth/own-data/delete', {}, html);
    expect([forgotten.status, forgotten.text.includes('role="alert"')]).toEqual([400, true]);
    const done = await client.submit('/auth/own-data/delete', { forever: 'true' }, html);
    expect([done.status, done.text.includes('Your account has been deleted.')]).toEqual([200, true]);
    expect((await client.get('/auth/account')).status).toBe(401);
  });

  it('is refused as the last administrator', async () => {
    const admin = await site.newcomer();
    await site.query(`UPDATE users SET roles = '{user}' WHERE roles @> '{admin}' AND name <> $1`, [admin.credentials.username]);
    await site.query(`UPDATE users SET roles = '{user,admin}' WHERE name = $1`, [admin.credentials.username]);
    const refused = await admin.post('/auth/own-data/delete', forever);
    expect([refused.status, refused.body.title]).toEqual([409, 'Last administrator']);
    expect((await admin.get('/auth/account')).status).toBe(200);
    await site.query(`UPDATE users SET roles = '{user,admin}' WHERE name = $1`, [ADMIN.username]);
    expect((await admin.post('/auth/own-data/delete', forever)).status).toBe(204);
  });

  it('is refused for an account whose password everybody knows', async () => {
    const shared = await site.newcomer();
    await site.query('UPDATE users SET demo = true WHERE name = $1', [shared.credentials.username]);
    expect((await shared.post('/auth/own-data/delete', forever)).status).toBe(403);
  });

  it('leaves no session when logins race with it', async () => {
    const client = await site.newcomer();
    const id = await idOf(client);
    const logins = Array.from({ length: 10 }, (_, index) =>
      browserless(site.auth[index % 2]!.url).post('/auth/login', client.credentials),
    );
    await Promise.any(logins);
    expect((await client.post('/auth/own-data/delete', forever)).status).toBe(204);
    const statuses = (await Promise.all(logins)).map(({ status }) => status);
    expect(statuses.filter((status) => status !== 200 && status !== 401)).toEqual([]);
    const [row] = await site.query('SELECT count(*)::int AS live FROM session WHERE user_id = $1 AND revoked_at IS NULL', [id]);
    expect(row).toEqual({ live: 0 });
  }, 60_000);
});

describe('the audit log', () => {
  it('forgets deleted accounts only', async () => {
    const client = await site.newcomer();
    const id = await idOf(client);
    const before = await stored('SELECT address, user_agent FROM audit_log WHERE user_id = $1', id);
    await site.query('SELECT forget_in_audit_log($1)', [id]);
    expect(await stored('SELECT address, user_agent FROM audit_log WHERE user_id = $1', id)).toBe(before);
    expect(before).toContain('127.0.0.1');
  });
});
