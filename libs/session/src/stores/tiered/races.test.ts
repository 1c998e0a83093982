import { jest } from '@jest/globals';
import { createClient } from 'redis';
import { postgresOf, redisOf, sessionDatabase, storesOfReplica } from '../../../../../test/support/backends.ts';
import { testRedis } from '../../../../../test/support/servers.ts';
import type { SessionRecord } from '../../model/record.ts';
import type { Backend } from '../backend.ts';
import type { RedisCopy } from '../redis/redis-copy.ts';
import { newSession } from '../session-store.contract.ts';

/** Each case plays the slow reader by hand: it holds what it read from Postgres while others go on. */
describe('a slow reader or writer', () => {
  let one: Backend;
  let two: Backend;
  let redis: RedisCopy;
  let flush: () => Promise<unknown>;

  beforeAll(async () => {
    const address = await testRedis();
    const options = { databaseUrl: await sessionDatabase(), redis: address };
    [one, two] = [await storesOfReplica(options), await storesOfReplica(options)];
    redis = redisOf(one);
    flush = async () => {
      const client = await createClient(address).connect();
      await client.flushDb().finally(() => client.destroy());
    };
  });

  /** A session without a copy, and a reader that missed it and has read Postgres. */
  async function readerUnderWay(): Promise<{ record: SessionRecord; finish: () => Promise<boolean> }> {
    const { key } = await one.store.create(newSession({ a: 1 }));
    await flush();
    const lease = (await redis.lease(key))!;
    const record = (await postgresOf(one).find(key))!;
    return { record, finish: () => redis.fill(record, lease) };
  }

  it('fills the copy when nothing happened meanwhile', async () => {
    const { record, finish } = await readerUnderWay();
    expect(await finish()).toBe(true);
    expect(await redis.read(record.key)).toMatchObject({ version: 1, attributes: { a: 1 }, readFrom: 'redis' });
  });

  it('is the only one to read Postgres for the copy', async () => {
    const { record } = await readerUnderWay();
    expect(await redisOf(two).lease(record.key)).toBeNull();
  });

  it('cannot overtake a logout', async () => {
    const { record, finish } = await readerUnderWay();
    expect(await two.store.revoke(record.key, 'logout')).toBe(true);
    expect(await finish()).toBe(false);
    expect(await two.store.find(record.key)).toBeNull();
  });

  it('cannot overtake a logout whose tombstone was flushed', async () => {
    const { record, finish } = await readerUnderWay();
    await two.store.revoke(record.key, 'logout');
    await flush();
    expect(await finish()).toBe(false);
    expect(await two.store.find(record.key)).toBeNull();
  });

  it('cannot overtake a save', async () => {
    const { record, finish } = await readerUnderWay();
    await two.store.save(record.key, { a: 2 }, record);
    expect(await finish()).toBe(false);
    expect((await one.store.find(record.key))?.attributes).toEqual({ a: 2 });
  });

  it('cannot fill after another reader took the lease over', async () => {
    const { record, finish } = await readerUnderWay();
    await flush();
    const lease = (await redisOf(two).lease(record.key))!;
    await two.store.save(record.key, { a: 2 }, record);
    expect(await redisOf(two).fill(record, lease)).toBe(false);
    expect(await finish()).toBe(false);
  });

  it('does not bring back a flushed copy by a save', async () => {
    const record = await one.store.create(newSession({ a: 1 }));
    await flush();
    expect((await one.store.save(record.key, { a: 2 }, record))?.version).toBe(2);
    expect(await redis.read(record.key)).toBe('absent');
    expect((await two.store.find(record.key))?.attributes).toEqual({ a: 2 });
  });

  it('brings an older version nowhere', async () => {
    const record = await one.store.create(newSession({ a: 1 }));
    const newer = (await one.store.save(record.key, { a: 2 }, record))!;
    expect(await redis.put(record, 'save')).toBe('older');
    expect(await redis.put(newer, 'save')).toBe('older');
    expect(await redis.read(record.key)).toMatchObject({ version: 2, attributes: { a: 2 } });
  });

  it('finds a tombstone in its way, whatever it comes with', async () => {
    const record = await one.store.create(newSession({ a: 1 }));
    await one.store.revoke(record.key, 'logout');
    const late = { ...record, version: 99 };
    expect(await redis.put(late, 'create')).toBe('ended');
    expect(await redis.put(late, 'save')).toBe('ended');
    expect(await redis.touchDirty(late)).toBe(false);
    expect(await redis.create(late, 'entry')).toBe(false);
    expect(await redis.change(late.key, { kind: 'patch', patch: { a: 2 } }, late, { step: 1, entry: () => 'entry' })).toBe(
      'tombstone',
    );
    expect(await redis.drop(late.key, 1_000)).toBe(true);
    const lease = (await redis.lease(late.key))!;
    const finish = (session: SessionRecord) => redis.fill(session, lease);
    expect(await finish(late)).toBe(false);
    expect(await redis.settle(late.key, '', 0, late)).toBe(0);
    expect(await redis.read(late.key)).toBe('tombstone');
  });

  it('settles nothing that is older than what others settled', async () => {
    const record = await one.store.create(newSession({ a: 1 }));
    const newer = (await one.store.save(record.key, { a: 2 }, record))!;
    expect(await redis.settle(record.key, '', 0, record)).toBe(0);
    expect(await redis.read(record.key)).toMatchObject({ version: newer.version, attributes: { a: 2 } });
  });

  it('ends a copy that has no row any more', async () => {
    const record = await one.store.create(newSession({ a: 1 }));
    await one.database!.query('DELETE FROM session WHERE key = $1', [record.key]);
    await one.store.revoke(record.key, 'logout');
    expect(await two.store.find(record.key)).toBeNull();
  });

  it('asks Postgres once for 500 readers of a flushed session', async () => {
    const record = await one.store.create(newSession({ a: 1 }));
    await flush();
    const asked = jest.spyOn(postgresOf(one), 'find');
    const found = await Promise.all(Array.from({ length: 500 }, () => one.store.find(record.key)));
    expect(found.filter((session) => session?.publicId === record.publicId)).toHaveLength(500);
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
  });
});
