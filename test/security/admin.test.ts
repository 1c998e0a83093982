/** @seconds 8 */
import { ADMIN, browserless, type Client } from '../support/client.ts';
import { sessionStatus, startSite, type Site } from './site.ts';

let site: Site;
let admin: Client;
beforeAll(async () => {
  site = await startSite();
  admin = await site.signedIn(ADMIN);
}, 60_000);

const idOf = async (username: string): Promise<string> => {
  const users = (await admin.get('/auth/admin/users')).body as { id: string; name: string }[];
  return users.find(({ name }) => name === username)!.id;
};

/** Starts logins of one user on both replicas, and waits for the first response. `client` was signed in before. */
async function twentyLogins() {
  const client = await site.newcomer();
  const id = await idOf(client.credentials.username);
  const clients = Array.from({ length: 20 }, (_, index) => browserless(site.auth[index % 2]!.url));
  const logins = clients.map((each) => each.post('/auth/login', client.credentials));
  await Promise.any(logins);
  return { client, id, clients, logins };
}

describe('an administrator', () => {
  it('needs the role in the table of users, and loses access as soon as the role is removed', async () => {
    const client = await site.newcomer();
    expect((await client.get('/auth/admin/users')).status).toBe(403);
    expect((await site.visitor().get('/auth/admin/users')).status).toBe(401);
    await site.query(`UPDATE users SET roles = '{user,admin}' WHERE name = $1`, [client.credentials.username]);
    expect((await client.get('/auth/admin/users')).status).toBe(200);
    const disabledAt = (at: string) =>
      site.query(`UPDATE users SET disabled_at = ${at} WHERE name = $1`, [client.credentials.username]);
    await disabledAt('now()');
    expect((await client.get('/auth/admin/users')).status).toBe(403);
    await disabledAt('NULL');
    expect((await client.get('/auth/admin/users')).status).toBe(200);
    await site.query(`UPDATE users SET roles = '{user}' WHERE name = $1`, [client.credentials.username]);
    expect((await client.get('/auth/admin/users')).status).toBe(403);
  });

  it('disables an account: revokes its sessions and refuses logins until it is enabled', async () => {
    const client = await site.newcomer();
    const id = await idOf(client.credentials.username);
    expect((await admin.post(`/auth/admin/users/${id}/disable`)).body).toEqual({ ended: 1 });
    expect(await sessionStatus(client, site.portal[0]!)).toBe(401);
    expect((await site.visitor().post('/auth/login', client.credentials)).status).toBe(401);
    expect((await admin.post(`/auth/admin/users/${id}/enable`)).status).toBe(204);
    expect((await site.visitor().post('/auth/login', client.credentials)).status).toBe(200);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(401);
  });

  it('cannot disable the last enabled administrator, not even two of them each other at once', async () => {
    const id = await idOf(ADMIN.username);
    expect((await admin.post(`/auth/admin/users/${id}/disable`)).status).toBe(409);
    expect((await admin.get('/auth/admin/users')).status).toBe(200);
    const second = await site.newcomer();
    const secondId = await idOf(second.credentials.username);
    await site.query(`UPDATE users SET roles = '{user,admin}', disabled_at = now() WHERE id = $1`, [secondId]);
    expect((await admin.post(`/auth/admin/users/${id}/disable`)).status).toBe(409);
    await site.query('UPDATE users SET disabled_at = NULL WHERE id = $1', [secondId]);
    const answers = await Promise.all([
      admin.post(`/auth/admin/users/${secondId}/disable`),
      second.at(site.auth[1]!.url).post(`/auth/admin/users/${id}/disable`),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    const enabled = await site.query(`SELECT id FROM users WHERE 'admin' = ANY(roles) AND disabled_at IS NULL`);
    expect(enabled).toHaveLength(1);
    await site.query(
      `UPDATE users SET disabled_at = NULL, roles = CASE WHEN id = $1 THEN '{user,admin}'::text[] ELSE '{user}' END`,
      [id],
    );
    admin = await site.signedIn(ADMIN);
  });

  it('revokes all sessions of a user', async () => {
    const client = await site.newcomer();
    const id = await idOf(client.credentials.username);
    await site.signedIn(client.credentials);
    expect((await admin.at(site.auth[1]!.url).delete(`/auth/admin/users/${id}/sessions`)).body).toEqual({ ended: 2 });
    expect(await sessionStatus(client, site.portal[0]!)).toBe(401);
  });

  it('revokes all sessions created before, and none after: 20 logins against one revocation of all sessions', async () => {
    const { client, id, clients, logins } = await twentyLogins();
    const { ended } = (await admin.delete(`/auth/admin/users/${id}/sessions`)).body as { ended: number };
    expect((await Promise.all(logins)).map(({ status }) => status)).toEqual(Array(20).fill(200));

    const events = await site.query<{ type: string; key: string }>(
      `SELECT type, key FROM session_event WHERE user_id = $1 AND type IN ('created', 'revoked') ORDER BY id`,
      [id],
    );
    const first = events.findIndex(({ type }) => type === 'revoked');
    const opened = (some: typeof events) => some.filter(({ type }) => type === 'created').map(({ key }) => key);
    const dead = events.filter(({ type }) => type === 'revoked').map(({ key }) => key);
    expect(ended).toBeGreaterThanOrEqual(2);
    expect(dead.toSorted()).toEqual(opened(events.slice(0, first)).toSorted());
    expect(dead).toHaveLength(ended);
    const statuses = await Promise.all(clients.map((each) => sessionStatus(each, site.portal[0]!)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(21 - ended);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(401);
  }, 60_000);

  it('gets a 404 for an account that does not exist', async () => {
    const unknownId = '00000000-0000-4000-8000-000000000000';
    expect((await admin.delete(`/auth/admin/users/${unknownId}/sessions`)).status).toBe(404);
    expect((await admin.delete('/auth/admin/users/1;drop/sessions')).status).toBe(400);
  });

  it('leaves no live session when a disable races with 20 logins', async () => {
    const { id, clients, logins } = await twentyLogins();
    expect((await admin.post(`/auth/admin/users/${id}/disable`)).status).toBe(200);
    const statuses = (await Promise.all(logins)).map(({ status }) => status);
    // 429: more than 10 came too late, which look like wrong passwords.
    expect(statuses.filter((status) => ![200, 401, 429].includes(status))).toEqual([]);
    const afterwards = await Promise.all(clients.map((each) => sessionStatus(each, site.portal[0]!)));
    expect(new Set(afterwards)).toEqual(new Set([401]));
    const [row] = await site.query('SELECT count(*)::int AS live FROM session WHERE user_id = $1 AND revoked_at IS NULL', [id]);
    expect(row).toEqual({ live: 0 });
  }, 60_000);

  it('revokes the sessions of all users at once', async () => {
    const [one, two] = [await site.newcomer(), await site.newcomer()];
    expect((await admin.delete('/auth/admin/sessions')).status).toBe(204);
    const accepted = async () =>
      (await Promise.all([one, two, admin].map((client) => sessionStatus(client, site.portal[0]!)))).filter(
        (status) => status !== 401,
      );
    const deadline = performance.now() + 2000;
    while ((await accepted()).length > 0 && performance.now() < deadline);
    expect(await accepted()).toEqual([]);
    const again = await site.signedIn(one.credentials);
    expect(await sessionStatus(again, site.portal[0]!)).toBe(200);
  });
});
