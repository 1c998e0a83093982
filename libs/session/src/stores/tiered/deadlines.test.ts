import { jest } from '@jest/globals';
import {
  bothUp,
  postgresOf,
  postgresUp,
  redisOf,
  redisTrusted,
  sessionPostgres,
  storesOfReplica,
  until,
} from '../../../../../test/support/backends.ts';
import { privateRedis } from '../../../../../test/support/servers.ts';
import type { Server } from '../../../../../tools/local/server.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import type { SessionRecord } from '../../model/record.ts';
import type { Backend } from '../backend.ts';
import { newSession } from '../session-store.contract.ts';

const REDIS_MS = 150;
const POSTGRES_MS = 1000;
/** A few deadlines in a row, and a machine with other work to do. */
const LIMIT_MS = 2 * (REDIS_MS + POSTGRES_MS) + 2500;

async function timed<T>(work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  try {
    return await work();
  } finally {
    expect(performance.now() - startedAt).toBeLessThan(LIMIT_MS);
  }
}

describe('a store that is frozen', () => {
  let postgres: Server;
  let redis: Server;
  let backend: Backend;
  let record: SessionRecord;

  beforeAll(async () => {
    [postgres, redis] = [await sessionPostgres(), await privateRedis()];
    const deadlines = { redisDeadlineMs: REDIS_MS, postgresDeadlineMs: POSTGRES_MS };
    backend = await storesOfReplica({ ...deadlines, databaseUrl: postgres.url, redis });
  });

  beforeEach(async () => {
    await until(() => bothUp(backend), 'both stores to serve');
    record = await backend.store.create(newSession({ a: 1 }));
    await until(async () => (await backend.store.find(record.key))?.readFrom === 'redis', 'the copy');
  });

  it('does not delay requests when it is Redis: Postgres serves', async () => {
    redis.freeze();
    try {
      const { store } = backend;
      expect(await timed(() => store.find(record.key))).toMatchObject({ readFrom: 'postgres' });
      expect((await timed(() => store.save(record.key, { a: 2 }, record)))?.attributes).toEqual({ a: 2 });
      await timed(() => store.create(newSession()));
      expect(await timed(() => store.touch(record))).toBe(true);
      expect(await timed(() => store.revoke(record.key, 'logout'))).toBe(true);
      expect(await timed(() => store.find(record.key))).toBeNull();
    } finally {
      redis.thaw();
    }
    await until(() => bothUp(backend), 'Redis to be trusted again');
    expect(await backend.store.find(record.key)).toBeNull();
  });

  it('does not delay requests when it is Postgres: Redis serves', async () => {
    postgres.freeze();
    try {
      const { store } = backend;
      expect(await timed(() => store.find(record.key))).toMatchObject({ readFrom: 'redis' });
      expect((await timed(() => store.save(record.key, { a: 2 }, record)))?.attributes).toEqual({ a: 2 });
      await timed(() => store.create(newSession()));
      expect(await timed(() => store.touch(record))).toBe(true);
      expect(await timed(() => store.revoke(record.key, 'logout'))).toBe(true);
      expect(await timed(() => store.find(record.key))).toBeNull();
      await expect(timed(() => store.revokeAll('u'))).rejects.toThrow(StoreUnavailableError);
    } finally {
      postgres.thaw();
    }
    await until(() => bothUp(backend), 'Postgres to be back');
    await until(async () => (await postgresOf(backend).find(record.key)) === null, 'the logout to reach Postgres');
  });

  it('is not mistaken for a missing session, when it is both', async () => {
    postgres.freeze();
    redis.freeze();
    try {
      const { store } = backend;
      await expect(timed(() => store.find(record.key))).rejects.toThrow(StoreUnavailableError);
      await expect(timed(() => store.save(record.key, { a: 2 }, record))).rejects.toThrow(StoreUnavailableError);
      await expect(timed(() => store.create(newSession()))).rejects.toThrow(StoreUnavailableError);
      await expect(timed(() => store.revoke(record.key, 'logout'))).rejects.toThrow(StoreUnavailableError);
    } finally {
      postgres.thaw();
      redis.thaw();
    }
  });

  it('gets no commands except its own probe until it responds again', async () => {
    redis.freeze();
    try {
      await until(async () => {
        await backend.store.find(record.key);
        return !redisTrusted(backend);
      }, 'the replica to give Redis up');
      expect(backend.redis()).toBeNull();
      const asked = jest.fn(() => Promise.resolve(null));
      const asking = Array.from({ length: 100 }, () => redisOf(backend).ask(asked));
      for (const { status } of await Promise.allSettled(asking)) expect(status).toBe('rejected');
      expect(asked).not.toHaveBeenCalled();
      const startedAt = performance.now();
      await Promise.all(Array.from({ length: 100 }, () => backend.store.find(record.key)));
      expect(performance.now() - startedAt).toBeLessThan(LIMIT_MS);
    } finally {
      redis.thaw();
    }
  });

  it('gets no statements except its own probe, when it is Postgres', async () => {
    postgres.freeze();
    try {
      await backend.store.save(record.key, { a: 2 }, record);
      expect(postgresUp(backend)).toBe(false);
      const asked = jest.fn(() => Promise.resolve(null));
      const asking = Array.from({ length: 100 }, () => backend.database!.transaction(asked));
      for (const { status } of await Promise.allSettled(asking)) expect(status).toBe('rejected');
      expect(asked).not.toHaveBeenCalled();
    } finally {
      postgres.thaw();
    }
  });
});
