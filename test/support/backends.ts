import type { Backend, BackendOptions } from '../../libs/session/src/stores/backend.ts';
import { createBackend } from '../../libs/session/src/stores/backend.ts';
import { migrate } from '../../libs/session/src/stores/postgres/migrate.ts';
import { PostgresStore } from '../../libs/session/src/stores/postgres/postgres-store.ts';
import type { RedisCopy } from '../../libs/session/src/stores/redis/redis-copy.ts';
import { TieredStore } from '../../libs/session/src/stores/tiered/tiered-store.ts';
import type { Server } from '../../tools/local/server.ts';
import { onCleanup } from './cleanup.ts';
import { privatePostgres, testDatabase } from './servers.ts';

/** Long deadlines, so that a busy test machine does not count as an outage. Tests of deadlines set their own. */
const OPTIONS = {
  strategy: 'tiered',
  databaseUrl: null,
  redis: null,
  redisDeadlineMs: 2000,
  postgresDeadlineMs: 3000,
  touchSeconds: 1,
  maxPerUser: 0,
  limitPolicy: 'drop-oldest',
  encryptionKeys: [],
  nearCacheMs: 0,
  revocationMs: 1000,
} as const satisfies BackendOptions;

export const redisTrusted = (backend: Backend) => backend.status().redis.state === 'closed';
export const postgresUp = (backend: Backend) => backend.status().postgres.state === 'closed';
export const bothUp = (backend: Backend) => redisTrusted(backend) && postgresUp(backend) && !backend.status().isPostgresBehind;

/** The stores of one replica, in this process. Waits until `serving` holds. */
export async function storesOfReplica(options: Partial<BackendOptions>, serving = bothUp): Promise<Backend> {
  const backend = createBackend({ ...OPTIONS, ...options });
  onCleanup(() => backend.close());
  backend.start();
  await until(() => serving(backend), 'the stores of a replica');
  return backend;
}

/** The copy of a tiered replica. */
export function redisOf(backend: Backend): RedisCopy {
  if (backend.store instanceof TieredStore) return backend.store.redis;
  throw new Error('This backend is not tiered.');
}

/** The records of a replica in Postgres, independent of Redis. */
export function postgresOf({ store }: Backend): PostgresStore {
  if (store instanceof TieredStore) return store.postgres;
  if (store instanceof PostgresStore) return store;
  throw new Error('This backend has no records in Postgres.');
}

/** A fresh database on the shared Postgres, with the session tables. */
export async function sessionDatabase(): Promise<string> {
  const url = await testDatabase();
  await migrate(url);
  return url;
}

/** A private Postgres with the session tables, to freeze and kill. */
export async function sessionPostgres(): Promise<Server> {
  const server = await privatePostgres();
  await migrate(server.url);
  return server;
}

/** Restarts a killed Postgres. It refuses to start while backends of the killed server still hold its shared memory. */
export async function postgresAgain({ dataFolder, port }: Pick<Server, 'dataFolder' | 'port'>, attempts = 20): Promise<Server> {
  try {
    return await privatePostgres({ dataFolder, port });
  } catch (error) {
    if (attempts === 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return postgresAgain({ dataFolder, port }, attempts - 1);
  }
}

export async function until(condition: () => unknown, what: string, withinMs = 15_000): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error(`Waited ${withinMs / 1000} s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
