/** @seconds 9 */
import { ADMIN, type Client } from '../support/client.ts';
import { startReplica } from '../support/replicas.ts';
import { sessionStatus, startSite, type Site } from './site.ts';

let site: Site;
let admin: Client;
beforeAll(async () => {
  site = await startSite({ auths: 1 });
  admin = await site.signedIn(ADMIN);
}, 60_000);

const html = { headers: { accept: 'text/html' } };
const idOf = async (client: Client): Promise<string> => (await client.get('/auth/account')).body.user.id as string;
const pageOf = (id: string) => `/auth/admin/users/${id}`;

/** A new account and its id. */
async function newcomer() {
  const client = await site.newcomer();
  return { client, name: client.credentials.username, id: await idOf(client) };
}

const recorded = (event: string, id: string) =>
  site.query<{ details: object }>(`SELECT details FROM audit_log WHERE event = $1 AND details->>'account' = $2`, [event, id]);

describe('the list of users', () => {
  it('is paged by name, and the Link header leads through it', async () => {
    const names: string[] = [];
    for (let i = 0; i < 3; i++) names.push((await newcomer()).name);
    const listed: string[] = [];
    for (let next: string | undefined = '/auth/admin/users?limit=2'; next !== undefined;) {
      const page = await admin.get(next);
      expect(page.body.length).toBeLessThanOrEqual(2);
      listed.push(...page.body.map(({ name }: { name: string }) => name));
      next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(listed).toEqual(expect.arrayContaining([...names, ADMIN.username]));
    expect(new Set(listed).size).toBe(listed.length);
    const all = await site.query<{ count: number }>('SELECT count(*)::int AS count FROM users');
    expect(listed).toHaveLength(all[0]!.count);
  });

  it('finds names by a part of them, taken literally', async () => {
    const { id, name } = await newcomer();
    const found = async (search: string) =>
      (await admin.get(`/auth/admin/users?search=${encodeURIComponent(search)}`)).body.map((user: { id: string }) => user.id);
    expect(await found(name.slice(2).toUpperCase())).toEqual([id]);
    expect(await found('%')).toEqual([]);
    expect(await found(`' OR true --`)).toEqual([]);
    expect((await admin.get('/auth/admin/users?search=a%00b')).status).toBe(400);
    expect((await admin.get('/auth/admin/users?limit=1000')).status).toBe(400);
  });

  it('is a page for administrators only', async () => {
    const { client } = await newcomer();
    const forbidden = await client.get('/auth/admin', html);
    expect([forbidden.status, forbidden.text.includes('Only administrators may do this.')]).toEqual([403, true]);
    const visitor = await site.visitor().get('/auth/admin', html);
    expect([visitor.status, visitor.headers.get('location')]).toEqual([303, '/auth/login?to=%2Fauth%2Fadmin']);
    expect((await client.get('/auth/account', html)).text).not.toContain('/auth/admin');
    expect((await admin.get('/auth/account', html)).text).toContain('href="/auth/admin"');
    expect((await admin.get('/auth/admin?search=alex', html)).text).toContain(pageOf(await idOf(admin)));
  });
});

describe('a user as administrators see it', () => {
  it('has sessions, which contain nothing that works as a cookie', async () => {
    const { client, id, name } = await newcomer();
    await site.signedIn(client.credentials);
    const { body, text } = await admin.get(pageOf(id));
    expect(body).toMatchObject({ id, name, roles: ['user'], disabled: false, secondFactors: [] });
    expect(body.sessions).toHaveLength(2);
    expect(body.sessions[0]).toMatchObject({ current: false, expiresAt: expect.any(String) });
    for (const cookie of client.jar.values()) expect(text).not.toContain(cookie.slice(4, 40));
    const page = await admin.get(pageOf(id), html);
    for (const { publicId } of body.sessions) expect(page.text).toContain(`action="${pageOf(id)}/sessions/${publicId}/end"`);
  });

  it('loses one session, or all of them', async () => {
    const { client, id } = await newcomer();
    const others = [await site.signedIn(client.credentials), await site.signedIn(client.credentials)];
    const [newest] = (await admin.get(pageOf(id))).body.sessions as { publicId: string }[];
    expect((await admin.delete(`${pageOf(id)}/sessions/${newest!.publicId}`)).status).toBe(204);
    expect((await admin.delete(`${pageOf(id)}/sessions/${newest!.publicId}`)).status).toBe(404);
    const statuses = () => Promise.all([...others, client].map((each) => sessionStatus(each, site.portal[0]!)));
    expect(await statuses()).toEqual([200, 401, 200]);
    const answer = await admin.submit(`${pageOf(id)}/sessions/end`, {}, html);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, pageOf(id)]);
    expect(await statuses()).toEqual([401, 401, 401]);
    expect(await recorded('session-ended-by-admin', id)).toMatchObject([{ details: { session: newest!.publicId } }]);
    expect(await recorded('sessions-ended-by-admin', id)).toMatchObject([{ details: { ended: 2 } }]);
  });

  it('cannot lose a session of another user', async () => {
    const [one, other] = [await newcomer(), await newcomer()];
    const [session] = (await admin.get(pageOf(other.id))).body.sessions as { publicId: string }[];
    expect((await admin.delete(`${pageOf(one.id)}/sessions/${session!.publicId}`)).status).toBe(404);
    expect(await sessionStatus(other.client, site.portal[0]!)).toBe(200);
  });

  it('is disabled and enabled by form', async () => {
    const { client, id } = await newcomer();
    expect((await admin.submit(`${pageOf(id)}/disable`, {}, html)).status).toBe(303);
    expect((await admin.get(pageOf(id), html)).text).toContain('Enable the account');
    expect(await sessionStatus(client, site.portal[0]!)).toBe(401);
    expect((await admin.submit(`${pageOf(id)}/enable`, {}, html)).status).toBe(303);
    expect((await site.visitor().post('/auth/login', client.credentials)).status).toBe(200);
  });
});

describe('the roles of a user', () => {
  it('are set, recorded, and end the sessions that hold the old ones', async () => {
    const { client, id } = await newcomer();
    const set = await admin.post(`${pageOf(id)}/roles`, { roles: ['admin'] });
    expect([set.status, set.body]).toEqual([200, { roles: ['user', 'admin'], ended: 1 }]);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(401);
    const promoted = await site.signedIn(client.credentials);
    expect((await promoted.get('/auth/admin/users')).status).toBe(200);
    expect((await promoted.at(site.portal[0]!.url).get('/api/session')).body.user.roles).toEqual(['user', 'admin']);
    // A form without a ticked box.
    expect((await admin.submit(`${pageOf(id)}/roles`, {}, html)).status).toBe(303);
    expect((await promoted.get('/auth/admin/users')).status).toBe(401);
    expect((await (await site.signedIn(client.credentials)).get('/auth/admin/users')).status).toBe(403);
    expect((await recorded('roles-set', id)).map(({ details }) => details)).toMatchObject([
      { roles: ['user', 'admin'], ended: 1 },
      { roles: ['user'], ended: 1 },
    ]);
  });

  it('are known ones', async () => {
    const { id } = await newcomer();
    for (const roles of [['root'], 'root', [{}], { admin: true }])
      expect((await admin.post(`${pageOf(id)}/roles`, { roles })).status).toBe(400);
  });

  it('leave at least one administrator, also when two demote each other', async () => {
    const id = await idOf(admin);
    const refused = await admin.submit(`${pageOf(id)}/roles`, {}, html);
    expect([refused.status, refused.text.includes('This is the only account that can administer.')]).toEqual([409, true]);
    const { client, id: secondId } = await newcomer();
    await admin.post(`${pageOf(secondId)}/roles`, { roles: ['admin'] });
    const second = await site.signedIn(client.credentials);
    await Promise.all([
      admin.post(`${pageOf(secondId)}/roles`, { roles: [] }),
      second.post(`${pageOf(id)}/roles`, { roles: [] }),
    ]);
    const left = await site.query(`SELECT id FROM users WHERE 'admin' = ANY(roles)`);
    expect(left).toHaveLength(1);
    await site.query(`UPDATE users SET roles = CASE WHEN id = $1 THEN '{user,admin}'::text[] ELSE '{user}' END`, [id]);
    admin = await site.signedIn(ADMIN);
  });
});

describe('what administrators change', () => {
  const changes = [
    ['POST', '/disable'],
    ['POST', '/enable'],
    ['POST', '/roles'],
    ['POST', '/second-factors/reset'],
    ['DELETE', '/second-factors'],
    ['DELETE', '/sessions'],
    ['POST', '/sessions/end'],
    ['DELETE', '/sessions/abc'],
    ['POST', '/sessions/abc/end'],
  ] as const;

  it.each(changes)('%s %s is refused to others, for unknown accounts, and without a recent password', async (method, path) => {
    const { client, id } = await newcomer();
    const body = { method, headers: { 'content-type': 'application/json' }, body: '{}' };
    expect((await client.send(method, `${pageOf(id)}${path}`, body)).status).toBe(403);
    expect((await site.visitor().send(method, `${pageOf(id)}${path}`, body)).status).toBe(401);
    const unknownId = '00000000-0000-4000-8000-000000000000';
    expect((await admin.send(method, `${pageOf(unknownId)}${path}`, body)).status).toBe(404);
    expect((await admin.send(method, `${pageOf('1;drop')}${path}`, body)).status).toBe(400);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
  });

  it('needs the password again after a while, and comes back to the user', async () => {
    const { id } = await newcomer();
    const strict = await startReplica('auth', { ...site.env, STEP_UP_SECONDS: '1' });
    const client = (await site.signedIn(ADMIN)).at(strict.url);
    const deadline = performance.now() + 15_000;
    while ((await client.delete(`${pageOf(id)}/sessions`)).status !== 403) expect(performance.now()).toBeLessThan(deadline);
    for (const [, path] of changes.filter(([method]) => method === 'POST')) {
      const answer = await client.submit(`${pageOf(id)}${path}`, {}, html);
      expect(answer.headers.get('location')).toBe(`/auth/reauthenticate?to=${encodeURIComponent(pageOf(id))}`);
    }
    const deletions = changes.filter(([method]) => method === 'DELETE').map(([, path]) => `${pageOf(id)}${path}`);
    for (const path of [...deletions, '/auth/admin/sessions'])
      expect([path, (await client.delete(path)).body.type]).toEqual([path, 'urn:baton:reauthenticate']);
  });

  it('is refused a second factor to reset where there is none', async () => {
    const { id } = await newcomer();
    expect((await admin.post(`${pageOf(id)}/second-factors/reset`)).status).toBe(409);
  });
});
