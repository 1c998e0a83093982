/** @seconds 15 */
import { onCleanup } from '../../../../../test/support/cleanup.ts';
import { sessionDatabase, until } from '../../../../../test/support/backends.ts';
import { limitedRole, type LimitedRole } from '../../../../../test/support/limited-role.ts';
import { Database } from './database.ts';
import { AdaptivePool, PoolBusyError } from './pool.ts';

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a pool of a role with few connections', () => {
  let role: LimitedRole;

  beforeEach(async () => {
    role = await limitedRole(await sessionDatabase(), 2);
  });

  function poolOf(deadlineMs: number, max = 10): AdaptivePool {
    const pool = new AdaptivePool({ connectionString: role.url, max, connectionTimeoutMillis: deadlineMs });
    onCleanup(() => pool.end());
    return pool;
  }

  async function use(pool: AdaptivePool, seconds = 0.02): Promise<void> {
    const client = await pool.connect();
    await client.query('SELECT pg_sleep($1)', [seconds]);
    client.release();
  }

  it('serves everybody with the connections it has', async () => {
    const pool = poolOf(20_000);
    await use(pool);
    await Promise.all(range(50).map(() => use(pool)));
    expect(pool.totalCount).toBe(2);
  });

  it('fails if it has none', async () => {
    await role.limit(0);
    await expect(poolOf(20_000).connect()).rejects.toMatchObject({ code: '53300' });
  });

  it('grows again when the server grants more', async () => {
    const pool = poolOf(20_000);
    await use(pool);
    await Promise.all(range(10).map(() => use(pool)));
    await role.limit(5);
    await until(async () => {
      await Promise.all(range(10).map(() => use(pool)));
      return pool.totalCount > 2;
    }, 'a third connection');
    expect(await role.connections()).toBe(3);
  });

  it('refuses at once who would wait for longer than the deadline', async () => {
    const pool = poolOf(500, 1);
    for (let i = 0; i < 20; i++) await use(pool, 0.1);
    const settled = await Promise.allSettled(range(100).map(() => use(pool, 0.1)));
    const reasons = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
    expect(reasons.filter((reason) => !(reason instanceof PoolBusyError))).toEqual([]);
    expect(reasons.filter(({ message }) => message.includes('others wait')).length).toBeGreaterThan(80);
  });

  it('uses no connection that it has discarded', async () => {
    const pool = poolOf(20_000);
    await Promise.all([use(pool), use(pool)]);
    pool.discard();
    await until(async () => (await role.connections()) === 0, 'the connections to end');
    await use(pool);
    expect(pool.isOpen).toBe(true);
  });
});

describe('Postgres without a connection for everybody', () => {
  function started(role: LimitedRole, deadlineMs: number): Database {
    const database = new Database({ url: role.url, deadlineMs, entities: [], applicationName: 'test' });
    onCleanup(() => database.close());
    database.start();
    return database;
  }

  async function databaseOf(role: LimitedRole, deadlineMs: number): Promise<Database> {
    const database = started(role, deadlineMs);
    await until(() => database.ready, 'Postgres');
    return database;
  }

  it('is busy, not unavailable', async () => {
    const database = await databaseOf(await limitedRole(await sessionDatabase(), 1), 200);
    const holder = database.transaction((tx) => tx.query('SELECT pg_sleep(1)'), { deadlineMs: 30_000 });
    const waiting = Promise.allSettled(range(5).map(() => database.query('SELECT 1')));
    for (const one of await waiting)
      expect(one).toMatchObject({
        status: 'rejected',
        reason: { name: 'StoreUnavailableError', cause: expect.any(PoolBusyError) },
      });
    expect(database.ready).toBe(true);
    await holder;
    await database.query('SELECT 1');
  });

  it('leaves a replica the connection that it has while nobody uses it', async () => {
    const role = await limitedRole(await sessionDatabase(), 5);
    const database = await databaseOf(role, 20_000);
    await Promise.all(range(3).map(() => database.query('SELECT pg_sleep(0.1)')));
    expect(await role.connections()).toBe(3);
    await until(async () => (await role.connections()) === 1, 'the others to be returned');
    await role.limit(0);
    await database.query('SELECT 1');
    expect(database.ready).toBe(true);
  });

  it('serves a replica that waited for its first connection', async () => {
    const role = await limitedRole(await sessionDatabase(), 1);
    const first = await databaseOf(role, 2000);
    const second = started(role, 2000);
    await until(() => second.status().reason?.includes('too many connections'), 'the second to be refused');
    await first.close();
    await until(() => second.ready, 'the second to have its connection');
    await second.query('SELECT 1');
    expect(await role.connections()).toBe(1);
  });
});
