/** @seconds 20 */
import { createClient } from 'redis';
import { type Client, loginAs } from '../support/client.ts';
import { startReplica, type Replica } from '../support/replicas.ts';
import { sessionStatus, startSite, type Site } from './site.ts';

const OLD = 'the encryption key that was removed';
const NEW = 'the encryption key that is in use';
const WARNING = /not in SESSION_ENCRYPTION_KEYS/g;

describe.each(['tiered', 'redis'])('a session under an encryption key that was removed (%s)', (strategy) => {
  let before: Site;
  let [auth, portal]: Replica[] = [];

  beforeAll(async () => {
    before = await startSite({ auths: 1, env: { SESSION_STRATEGY: strategy, SESSION_ENCRYPTION_KEYS: OLD } });
    const env = { ...before.env, SESSION_ENCRYPTION_KEYS: NEW };
    [auth, portal] = await Promise.all([startReplica('auth', env), startReplica('portal', env)]);
  }, 60_000);

  it('has ended, whatever Redis holds of it, and one warning says what to do', async () => {
    const visitors = [await before.newcomer(), await before.newcomer()];
    for (const visitor of visitors) expect(await sessionStatus(visitor, before.portal[0]!)).toBe(200);
    expect(await Promise.all(visitors.map((visitor) => sessionStatus(visitor, portal!)))).toEqual([401, 401]);
    if (strategy !== 'redis') await flush();
    expect(await Promise.all(visitors.map((visitor) => sessionStatus(visitor, portal!)))).toEqual([401, 401]);
    const warnings = () => portal!.logs().match(WARNING)?.length ?? 0;
    for (const deadline = performance.now() + 5000; warnings() === 0 && performance.now() < deadline;) await turn();
    expect(warnings()).toBe(1);
  });

  it('does not keep its user from listing and ending the others', async () => {
    const { credentials, ...visitor } = await before.newcomer();
    const again = visitor.at(auth!.url);
    again.jar.clear();
    await loginAs(again, credentials);
    const { status, body } = await again.get('/auth/sessions');
    expect([status, body.length]).toEqual([200, 1]);
    expect((await again.delete('/auth/sessions')).status).toBeLessThan(300);
    expect(await sessionStatus(again, portal!)).toBe(200);
  });

  it('has not ended if its value is damaged: that is an error', async () => {
    const client = await damaged();
    expect(await sessionStatus(client, portal!)).toBe(503);
  });

  /** A session under the key in use, with another session's attributes. */
  async function damaged(): Promise<Client> {
    const client = before.visitor().at(auth!.url);
    await loginAs(client);
    const { body } = await client.at(portal!.url).get('/api/session');
    const { publicId } = body.session;
    await before.query(`UPDATE session SET attributes = left(attributes, -4) || 'AAAA' WHERE public_id = $1`, [publicId]);
    await flush(publicId);
    return client;
  }

  /** Deletes all copies. Where Redis is the only store: damages the session with this public id. */
  async function flush(publicId = ''): Promise<void> {
    const redis = createClient({ url: before.env['REDIS_URL']! });
    await redis.connect();
    if (strategy !== 'redis') await redis.flushDb();
    else
      for (const key of await redis.keys('*{*')) {
        const value = (await redis.get(key)) ?? '';
        const otherwise = (_: string, head: string, last: string) => `${head}${last === 'A' ? 'B' : 'A'}`;
        if (value.includes(publicId)) await redis.set(key, value.replace(/("~.{6})(.)/, otherwise));
      }
    redis.destroy();
  }
});

const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
