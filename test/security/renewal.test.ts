/** @seconds 15 */
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import type { Client } from '../support/client.ts';
import { sessionStatus, snapshot, startSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite({ env: { SESSION_RENEW_SECONDS: '1' } });
}, 60_000);

const form = { headers: { accept: 'text/html' } };
const cookieOf = (client: Client) => client.jar.get('baton');

/** Uses the session until its id is renewed and the new id is used. Returns the visitor with the old id. */
async function renewed(client: Client): Promise<Client> {
  const before = snapshot(client, site.portal[0]!.url);
  const deadline = performance.now() + 10_000;
  while (cookieOf(client) === cookieOf(before)) {
    if (performance.now() > deadline) throw new Error('The id was not renewed.');
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
    await pause(50);
  }
  expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
  return before;
}

/** As if this time had passed: moves the renewal into the past in the record, and deletes the copy. */
async function pass(seconds: number, username: string): Promise<void> {
  await site.query(
    `UPDATE session SET renewed_at = renewed_at - make_interval(secs => $2), version = version + 1
      WHERE user_id = (SELECT id::text FROM users WHERE name = $1)`,
    [username, seconds],
  );
  const redis = createClient({ url: site.env['REDIS_URL']! });
  await redis.connect();
  await redis.flushDb();
  redis.destroy();
}

const afterGrace = (username: string) => pass(31, username);

/** One request whose response is lost. Returns what a client would have got: itself, or one with a new id. */
async function withLostResponse(client: Client): Promise<Client> {
  const other = snapshot(client, site.portal[0]!.url);
  expect(await sessionStatus(other, site.portal[0]!)).toBe(200);
  return other;
}

/** Three ids that nobody uses, each issued when the one before is old enough. Returns a client with the last. */
async function issuedInVain(client: Client, username: string): Promise<Client> {
  await pass(2, username);
  for (let issue = 1; ; issue++) {
    const issued = await withLostResponse(client);
    expect(cookieOf(issued)).not.toBe(cookieOf(client));
    if (issue === 3) return issued;
    await afterGrace(username);
  }
}

describe('an id that is issued again and again', () => {
  it('comes into force the third time: a thief who takes every new id, and uses none, is detected', async () => {
    const { credentials, ...victim } = await site.newcomer();
    const thief = snapshot(victim, site.portal[0]!.url);
    await issuedInVain(thief, credentials.username);
    expect(await sessionStatus(victim, site.portal[0]!)).toBe(200);
    await afterGrace(credentials.username);
    expect(await sessionStatus(victim, site.portal[0]!)).toBe(401);
    expect(await sessionStatus(thief, site.portal[0]!)).toBe(401);
  }, 30_000);

  it('is audited, and its owner is not bothered', async () => {
    const { credentials, ...client } = await site.newcomer();
    await issuedInVain(client, credentials.username);
    const audited = () =>
      site.query(
        `SELECT event FROM audit_log WHERE event LIKE 'session-%' AND user_id = (SELECT id::text FROM users WHERE name = $1)
          ORDER BY session_event_id`,
        [credentials.username],
      );
    const expected = ['session-id-unused', 'session-id-unused', 'session-rotated'].map((event) => ({ event }));
    for (const deadline = performance.now() + 5000; (await audited()).length < 3 && performance.now() < deadline;)
      await pause(50);
    expect(await audited()).toEqual(expected);
    const page = await (await site.signedIn(credentials)).get('/auth/account', { headers: { accept: 'text/html' } });
    expect(page.text).not.toContain('session-id-unused');
  }, 30_000);

  it('logs out no client that lost two responses', async () => {
    const { credentials, ...client } = await site.newcomer();
    const recovered = await issuedInVain(client, credentials.username);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
    for (let i = 0; i < 2; i++) expect(await sessionStatus(recovered, site.portal[0]!)).toBe(200);
  }, 30_000);

  it('nor one that lost three: its old id gets another one while it is honoured, but is not honoured for longer', async () => {
    const { credentials, ...client } = await site.newcomer();
    await issuedInVain(client, credentials.username);
    expect(cookieOf(await withLostResponse(client))).toBe(cookieOf(client));
    await pass(20, credentials.username);
    const recovered = await withLostResponse(client);
    expect(cookieOf(recovered)).not.toBe(cookieOf(client));
    // The parallel requests of that moment get none, and are honoured.
    expect(cookieOf(await withLostResponse(client))).toBe(cookieOf(client));
    expect(await sessionStatus(recovered, site.portal[0]!)).toBe(200);
    await pass(11, credentials.username);
    expect(await sessionStatus(recovered, site.portal[0]!)).toBe(200);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(401);
  }, 30_000);
});

describe('a session in use', () => {
  it('gets a new id; the old one is accepted during the grace period', async () => {
    const { credentials: _, ...client } = await site.newcomer();
    const publicId = async () => (await client.at(site.portal[0]!.url).get('/api/session')).body.session.publicId as string;
    const id = await publicId();
    const before = await renewed(client);
    expect(await sessionStatus(before, site.portal[0]!)).toBe(200);
    expect(cookieOf(client)).not.toBe(cookieOf(before));
    expect(await publicId()).toBe(id);
  });

  it('is revoked when an old id is used after the grace period, and the owner is informed', async () => {
    const { credentials, ...client } = await site.newcomer();
    const thief = await renewed(client);
    await afterGrace(credentials.username);
    expect(await sessionStatus(thief, site.portal[0]!)).toBe(401);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(401);
    const isInformed = async () => {
      const page = await (await site.signedIn(credentials)).get('/auth/account', { headers: { accept: 'text/html' } });
      return page.text.includes('theft-detected');
    };
    const deadline = performance.now() + 5000;
    while (!(await isInformed())) if (performance.now() > deadline) throw new Error('The owner was not informed.');
  }, 30_000);

  it('shows its owner the notice of the theft until it is acknowledged, and every further theft', async () => {
    const { credentials, ...owner } = await site.newcomer();
    const { id } = (await owner.get('/auth/account')).body.user as { id: string };
    const theft = () => site.query(`INSERT INTO audit_log (event, user_id, replica) VALUES ('theft-detected', $1, 'test')`, [id]);
    const notice = async () => {
      const { text } = await owner.get('/auth/account', form);
      return { isShown: text.includes('may have been stolen'), through: /name="through" value="(\d+)"/.exec(text)?.[1] ?? '' };
    };
    await theft();
    for (let login = 0; login < 12; login++) await site.signedIn(credentials);
    const { isShown, through } = await notice();
    expect(isShown).toBe(true);
    await theft();
    await owner.submit('/auth/account/theft', { through }, form);
    expect((await notice()).isShown).toBe(true);
    const response = await owner.submit('/auth/account/theft', { through: (await notice()).through }, form);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/auth/account']);
    expect((await notice()).isShown).toBe(false);
    const [{ credentials: _, ...stranger }] = [await site.newcomer()];
    await theft();
    await stranger.post('/auth/account/theft', { through: '999999999' });
    expect((await notice()).isShown).toBe(true);
  }, 30_000);
});
