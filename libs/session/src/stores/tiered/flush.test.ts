import { jest } from '@jest/globals';
import { privateRedis } from '../../../../../test/support/servers.ts';
import { sessionDatabase, storesOfReplica, until } from '../../../../../test/support/backends.ts';
import { createClient } from 'redis';
import { storeOperations } from '../operations.ts';
import type { SessionRecord } from '../../model/record.ts';
import { newSession } from '../session-store.contract.ts';

const SESSIONS = 1000;
const postgresReads = () =>
  storeOperations().find(({ store, operation }) => store === 'postgres' && operation === 'find')?.count ?? 0;

// With the deadlines of production, one pause of a busy machine spoils a pass; it does not spoil three.
jest.retryTimes(2);

describe('a flush of Redis', () => {
  it('logs nobody out of 1,000 sessions, and is over after one read of each', async () => {
    const redis = await privateRedis();
    // The deadlines of production: a queue of reads must not look like an outage.
    const options = { databaseUrl: await sessionDatabase(), redis, redisDeadlineMs: 150, postgresDeadlineMs: 1000 };
    const { store } = await storesOfReplica(options);
    const records: SessionRecord[] = [];
    for (let i = 0; i < SESSIONS; i += 50) {
      records.push(...(await Promise.all(Array.from({ length: 50 }, () => store.create(newSession({ cart: { tea: 1 } }))))));
    }

    const client = createClient({ url: redis.url });
    await client.connect();
    await client.flushAll();
    client.destroy();

    const readAll = () => Promise.all(records.map(({ key }) => store.find(key)));
    const before = postgresReads();
    expect((await readAll()).every((record) => record !== null)).toBe(true);
    expect(postgresReads() - before).toBeLessThanOrEqual(SESSIONS);
    const afterFirst = postgresReads();
    await until(async () => (await store.find(records[0]!.key))?.readFrom === 'redis', 'Redis to serve');
    const second = await readAll();
    expect(second.every((record) => record !== null)).toBe(true);
    expect({
      readsOfThePass: postgresReads() - afterFirst,
      fromRedis: second.filter((record) => record?.readFrom === 'redis').length,
    }).toEqual({
      readsOfThePass: 0,
      fromRedis: SESSIONS,
    });
  }, 60_000);
});
