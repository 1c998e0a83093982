import { createClient } from 'redis';
import {
  bothUp,
  postgresAgain,
  postgresOf,
  postgresUp,
  redisTrusted,
  sessionPostgres,
  storesOfReplica,
  until,
} from '../../../../../test/support/backends.ts';
import { privateRedis } from '../../../../../test/support/servers.ts';
import type { Server } from '../../../../../tools/local/server.ts';
import { keepsTheContract, newSession } from '../session-store.contract.ts';
import type { TieredStore } from '../tiered/tiered-store.ts';
import type { RedisAddress } from './client.ts';

const CLUSTER = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--save', ''];
const SLOTS = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const;

async function ask<T>({ url }: Server, ...command: (string | number)[]): Promise<T> {
  const client = await createClient({ url }).connect();
  const answer: unknown = await client.sendCommand(command.map(String)).finally(() => client.destroy());
  return answer as T;
}

async function startCluster(): Promise<{ masters: Server[]; address: RedisAddress }> {
  const masters = await Promise.all(SLOTS.map(() => privateRedis({ args: CLUSTER })));
  for (const [i, [first, last]] of SLOTS.entries()) {
    await ask(masters[i]!, 'CLUSTER', 'ADDSLOTSRANGE', first, last);
    await ask(masters[i]!, 'CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
  }
  for (const master of masters.slice(1)) await ask(masters[0]!, 'CLUSTER', 'MEET', '127.0.0.1', master.port);
  const isWhole = async (master: Server) => {
    const info = await ask<string>(master, 'CLUSTER', 'INFO');
    return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
  };
  for (const master of masters) await until(() => isWhole(master), 'the cluster to form', 30_000);
  const [url, ...clusterNodes] = masters.map((master) => master.url) as [string, ...string[]];
  return { masters, address: { url, clusterNodes } };
}

/** One for all cases, with one database: replicas of two would take each other's changes. The last case breaks it. */
let masters: Server[];
let address: RedisAddress;
let postgres: Server;

beforeAll(async () => {
  ({ masters, address } = await startCluster());
  postgres = await sessionPostgres();
}, 60_000);

keepsTheContract('tiered on a Redis Cluster', async () => {
  const options = { databaseUrl: postgres.url, redis: address };
  const [one, two] = [await storesOfReplica(options), await storesOfReplica(options)];
  return { store: one.store, other: two.store, knowsUsers: true };
});

describe('a Redis Cluster', () => {
  it('touches sessions that are used at the same time, on every master', async () => {
    const { store } = await storesOfReplica({ databaseUrl: postgres.url, redis: address });
    const sessions = await Promise.all(Array.from({ length: 40 }, (_, i) => store.create(newSession({ i }))));
    const { redis } = store as TieredStore;
    expect(await Promise.all(sessions.map((session) => redis.touch(session)))).toEqual(sessions.map(() => true));
  });

  it('keeps changes for Postgres on every one of its masters', async () => {
    const backend = await storesOfReplica({ databaseUrl: postgres.url, redis: address });
    const { store } = backend;
    const sessions = await Promise.all(Array.from({ length: 40 }, (_, i) => store.create(newSession({ i }))));
    await postgres.kill();
    await until(() => !postgresUp(backend), 'the replica to notice');
    await Promise.all(sessions.map(({ key }) => store.save(key, { changed: true })));
    postgres = await postgresAgain(postgres);
    await until(async () => bothUp(backend) && (await backend.backlog()).dirty === 0, 'everything to be drained');
    for (const { key } of sessions) expect((await postgresOf(backend).find(key))?.attributes['changed']).toBe(true);
  }, 60_000);

  it('is replaced by Postgres while one of its masters is down', async () => {
    const backend = await storesOfReplica({ databaseUrl: postgres.url, redis: address });
    const { store } = backend;
    const sessions = await Promise.all(Array.from({ length: 40 }, (_, i) => store.create(newSession({ i }))));
    const loggedOut = sessions.pop()!;
    const before = backend.status().generation;

    const killed = masters[1]!;
    await killed.kill();
    await until(() => !redisTrusted(backend), 'the replica to notice');
    expect(postgresUp(backend)).toBe(true);
    expect(await store.revoke(loggedOut.key, 'logout')).toBe(true);
    for (const { key } of sessions) expect((await store.save(key, { seen: true }))?.attributes['seen']).toBe(true);

    await privateRedis({ dataFolder: killed.dataFolder, port: killed.port, args: CLUSTER });
    await until(() => bothUp(backend), 'the cluster to be trusted again', 40_000);
    expect(backend.status().generation).toBeGreaterThan(before);
    expect(await store.find(loggedOut.key)).toBeNull();
    for (const { key } of sessions) expect((await store.find(key))?.attributes['seen']).toBe(true);
    const copied = async (key: string) => (await store.find(key))?.readFrom === 'redis';
    for (const { key } of sessions) await until(() => copied(key), 'the copy');
  }, 90_000);
});
