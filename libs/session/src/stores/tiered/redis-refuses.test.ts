import { createClient } from 'redis';
import { bothUp, redisTrusted, sessionDatabase, storesOfReplica, until } from '../../../../../test/support/backends.ts';
import { privateRedis } from '../../../../../test/support/servers.ts';
import type { Server } from '../../../../../tools/local/server.ts';
import type { Attributes } from '../../model/record.ts';
import type { Backend } from '../backend.ts';
import { newSession } from '../session-store.contract.ts';

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const increment = (attributes: Attributes) => ({ ...attributes, count: Number(attributes['count']) + 1 });

describe('a Redis that refuses writes', () => {
  let redis: Server;
  let one: Backend;
  let two: Backend;

  const send = async (...command: string[]) => {
    const client = await createClient({ url: redis.url }).connect();
    await client.sendCommand(command).finally(() => client.destroy());
  };

  beforeAll(async () => {
    redis = await privateRedis();
    const options = { databaseUrl: await sessionDatabase(), redis };
    [one, two] = [await storesOfReplica(options), await storesOfReplica(options)];
  });

  /** Every promise that does not need Redis, and no stale response from it. Returns how many of 9 sessions kept both changes. */
  async function keptWithout(refuse: () => Promise<void>, accept: () => Promise<void>): Promise<number> {
    const records = await Promise.all(range(10).map(() => one.store.create(newSession({ count: 0 }))));
    const [loggedOut, ...others] = records as [(typeof records)[0], ...typeof records];
    await refuse();
    try {
      const saved = await one.store.update(loggedOut.key, increment, loggedOut);
      expect(saved?.attributes).toEqual({ count: 1 });
      expect(await one.store.revoke(loggedOut.key, 'logout')).toBe(true);
      await Promise.all(others.flatMap(({ key }) => [one.store.update(key, increment), two.store.update(key, increment)]));
      const created = await two.store.create(newSession({ count: 2 }));
      for (const { store } of [one, two]) {
        const seen = async (key: string) => (await store.find(key))?.attributes['count'];
        await until(async () => (await store.find(loggedOut.key)) === null, 'the logout to be known', 3000);
        for (const { key } of [...others, created])
          await until(async () => (await seen(key)) === 2, 'both increments to be seen', 3000);
        expect(await store.touch(created)).toBe(true);
      }
    } finally {
      await accept();
    }
    await until(() => bothUp(one) && bothUp(two), 'Redis to be trusted again');
    for (const { store } of [one, two]) expect(await store.find(loggedOut.key)).toBeNull();
    const found = await Promise.all(others.map(({ key }) => two.store.find(key)));
    return found.filter((session) => session?.attributes['count'] === 2).length;
  }

  it('because it is full costs no change and no logout', async () => {
    const kept = await keptWithout(
      () => send('CONFIG', 'SET', 'maxmemory', '1', 'maxmemory-policy', 'noeviction'),
      () => send('CONFIG', 'SET', 'maxmemory', '0'),
    );
    expect(kept).toBe(9);
  });

  it('because it became a replica is not read either', async () => {
    const leader = await privateRedis();
    const demote = async () => {
      await send('REPLICAOF', '127.0.0.1', String(leader.port));
      await one.store.create(newSession());
      await until(() => !redisTrusted(one), 'the replica to notice');
    };
    expect(await keptWithout(demote, () => send('REPLICAOF', 'NO', 'ONE'))).toBe(9);
  });

  it('because nobody follows it is not read either', async () => {
    const kept = await keptWithout(
      () => send('CONFIG', 'SET', 'min-replicas-to-write', '1'),
      () => send('CONFIG', 'SET', 'min-replicas-to-write', '0'),
    );
    expect(kept).toBe(9);
  });
});
