import { createClient } from 'redis';
import {
  bothUp,
  postgresAgain,
  postgresUp,
  redisOf,
  redisTrusted,
  sessionDatabase,
  sessionPostgres,
  storesOfReplica,
  until,
} from '../../../../../test/support/backends.ts';
import { privateRedis } from '../../../../../test/support/servers.ts';
import { tcpProxy } from '../../../../../test/support/tcp-proxy.ts';
import type { Server } from '../../../../../tools/local/server.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import { newSession } from '../session-store.contract.ts';

const startAgain = (redis: Server) => privateRedis({ dataFolder: redis.dataFolder, port: redis.port });

async function dump(redis: Server): Promise<void> {
  const client = await createClient({ url: redis.url }).connect();
  await client.sendCommand(['SAVE']).finally(() => client.destroy());
}

describe('a Redis that returns', () => {
  it('is not trusted when it holds an older dump', async () => {
    const redis = await privateRedis();
    const backend = await storesOfReplica({ databaseUrl: await sessionDatabase(), redis });
    const { store } = backend;
    const [kept, loggedOut] = [await store.create(newSession({ a: 1 })), await store.create(newSession())];
    await dump(redis);
    await store.save(kept.key, { a: 2 }, kept);
    await store.revoke(loggedOut.key, 'logout');
    const before = backend.status().generation;

    await redis.kill();
    await startAgain(redis);
    await until(
      () => redisTrusted(backend) && backend.status().generation > before,
      'Redis to be trusted under a new generation',
    );
    expect(await store.find(loggedOut.key)).toBeNull();
    expect(await store.find(kept.key)).toMatchObject({ attributes: { a: 2 }, readFrom: 'postgres' });
    expect(await store.find(kept.key)).toMatchObject({ attributes: { a: 2 }, readFrom: 'redis' });
  });

  it('is replaced by Postgres while it is down', async () => {
    const redis = await privateRedis();
    const backend = await storesOfReplica({ databaseUrl: await sessionDatabase(), redis });
    const { store } = backend;
    const record = await store.create(newSession({ a: 1 }));
    await redis.kill();
    expect((await store.save(record.key, { b: 1 }, record))?.attributes).toEqual({ a: 1, b: 1 });
    expect(await store.find(record.key)).toMatchObject({ attributes: { a: 1, b: 1 }, readFrom: 'postgres' });
    expect(backend.status().redis.state).not.toBe('closed');
  });
});

describe('while Postgres is unavailable', () => {
  it('trusts the Redis server that it knows, and no other', async () => {
    const [postgres, redis] = [await sessionPostgres(), await privateRedis()];
    const options = { databaseUrl: postgres.url, redis };
    const first = await storesOfReplica(options);
    const record = await first.store.create(newSession({ a: 1 }));
    await postgres.kill();

    const started = await storesOfReplica(options, redisTrusted);
    expect((await started.store.find(record.key))?.attributes).toEqual({ a: 1 });
    expect((await started.store.save(record.key, { a: 2 }, record))?.attributes).toEqual({ a: 2 });

    await dump(redis);
    await redis.kill();
    await startAgain(redis);
    await until(() => started.status().redis.reason?.includes('cannot be verified'), 'Redis to be refused');
    await expect(started.store.find(record.key)).rejects.toThrow(StoreUnavailableError);

    // A double fault: the change that only the lost Redis had is lost, the session is not.
    await postgresAgain(postgres);
    await until(() => bothUp(started), 'both stores to serve');
    expect(await started.store.find(record.key)).toMatchObject({ readFrom: 'postgres' });
  });
});

describe('revoking all sessions of everybody', () => {
  it('reaches a disconnected replica once its connection to Postgres is restored', async () => {
    const redis = await privateRedis();
    const databaseUrl = await sessionDatabase();
    const [wire, redisWire] = [await tcpProxy({ to: databaseUrl }), await tcpProxy({ to: redis.url })];
    const here = await storesOfReplica({ databaseUrl, redis: { url: redisWire.url } });
    const there = await storesOfReplica({ databaseUrl: wire.url, redis });
    const record = await there.store.create(newSession());
    await wire.cut();
    await until(() => !postgresUp(there), 'the replica to notice');
    await redisWire.cut();
    await here.revokeEverybody();
    expect(await here.store.find(record.key)).toBeNull();

    await wire.heal();
    await until(async () => (await there.store.find(record.key).catch(() => record)) === null, 'the session to end');
    await until(() => bothUp(there), 'Redis to be trusted again');
    expect(await there.store.find(record.key)).toBeNull();
  });

  it('revokes what was created before, for good, and nothing that is created after', async () => {
    const redis = await privateRedis();
    const options = { databaseUrl: await sessionDatabase(), redis };
    const [one, two] = [await storesOfReplica(options), await storesOfReplica(options)];
    const before = await Promise.all(Array.from({ length: 10 }, () => one.store.create(newSession())));
    await one.revokeEverybody();
    await until(() => bothUp(one) && bothUp(two) && one.status().generation === two.status().generation, 'the new generation');
    const after = await two.store.create(newSession());
    for (const { store } of [one, two]) {
      for (const { key } of before) expect(await store.find(key)).toBeNull();
      expect(await store.find(after.key)).not.toBeNull();
    }
    const touched = await Promise.all(before.map((record) => one.store.touch(record)));
    const saved = await Promise.all(before.map((record) => one.store.save(record.key, { a: 1 }, record)));
    expect([touched.every((live) => !live), saved.every((session) => session === null)]).toEqual([true, true]);
    expect(await redisOf(one).read(after.key)).toMatchObject({ key: after.key });
  });
});
