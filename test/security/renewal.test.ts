/** @seconds 15 */
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import type { Client } from '../support/client.ts';
import { sessionStatus, snapshot, startSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite({ env: { SESSION_RENEW_SECONDS: '1' } });
}, 60_000);

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

/** Moves the renewal to before the grace period in the record, and deletes the copy. */
async function afterGrace(username: string): Promise<void> {
  await site.query(
    `UPDATE session SET renewed_at = renewed_at - interval '31 seconds', version = version + 1
      WHERE user_id = (SELECT id::text FROM users WHERE name = $1)`,
    [username],
  );
  const redis = createClient({ url: site.env['REDIS_URL']! });
  await redis.connect();
  await redis.flushDb();
  redis.destroy();
}

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
});
