import { jest } from '@jest/globals';
import {
  bothUp,
  postgresAgain,
  postgresOf,
  postgresUp,
  sessionPostgres,
  storesOfReplica,
  until,
} from '../../../../../test/support/backends.ts';
import { testRedis } from '../../../../../test/support/servers.ts';
import type { Server } from '../../../../../tools/local/server.ts';
import type { Attributes, SessionRecord } from '../../model/record.ts';
import type { Backend } from '../backend.ts';
import { newSession } from '../session-store.contract.ts';

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const increment = (attributes: Attributes) => ({ ...attributes, count: Number(attributes['count']) + 1 });
const userOf = (id: string): Attributes => ({ user: { id, name: 'Ada', roles: [] } });

describe('two replicas while Postgres is unavailable', () => {
  let postgres: Server;
  let address: { url: string };
  let one: Backend;
  let two: Backend;

  beforeAll(async () => {
    [postgres, address] = [await sessionPostgres(), await testRedis()];
    const options = { databaseUrl: postgres.url, redis: address, postgresDeadlineMs: 1000 };
    [one, two] = [await storesOfReplica(options), await storesOfReplica(options)];
  });

  /** Killed, and back with its data: also when the work failed. */
  async function withoutPostgres(work: () => Promise<void>): Promise<void> {
    await postgres.kill();
    await until(() => !postgresUp(one) && !postgresUp(two), 'the replicas to notice');
    try {
      await work();
    } finally {
      postgres = await postgresAgain(postgres);
      await until(() => bothUp(one) && bothUp(two), 'both stores to serve');
    }
    await drained();
  }
  const drained = () => until(async () => (await one.backlog()).dirty === 0, 'everything to be drained');
  const rowOf = ({ key }: SessionRecord) => postgresOf(one).find(key);
  /** Makes Postgres see the session as unused for so long. */
  const age = ({ key }: SessionRecord, seconds: number) =>
    one.database!.query(`UPDATE session SET last_seen_at = now() - make_interval(secs => $2) WHERE key = $1`, [key, seconds]);

  it('keeps every change, and brings it to Postgres', async () => {
    const records = await Promise.all(range(30).map((i) => one.store.create(newSession({ i, count: 0 }))));
    await withoutPostgres(async () => {
      for (const record of records) expect(await two.store.find(record.key)).toMatchObject({ readFrom: 'redis' });
      await Promise.all(records.map((record) => one.store.save(record.key, { theme: 'dark' }, record)));
      await Promise.all(records.map((record) => two.store.update(record.key, increment, record)));
    });
    for (const record of records) {
      const expected = { ...record.attributes, theme: 'dark', count: 1 };
      expect((await rowOf(record))?.attributes).toEqual(expected);
      expect((await two.store.find(record.key))?.attributes).toEqual(expected);
    }
  });

  it('brings to it what began and what ended meanwhile', async () => {
    const loggedOut = await one.store.create(newSession());
    let visitor!: SessionRecord;
    let ended!: SessionRecord;
    await withoutPostgres(async () => {
      visitor = await one.store.create(newSession({ cart: { tea: 1 } }));
      await two.store.update(visitor.key, (attributes) => ({ ...attributes, cart: { tea: 2 } }));
      ended = await one.store.create(newSession());
      expect(await two.store.revoke(ended.key, 'logout')).toBe(true);
      expect(await one.store.revoke(loggedOut.key, 'logout')).toBe(true);
      await expect(one.store.create(newSession(userOf('u1')))).rejects.toThrow('Postgres is unavailable');
      await expect(one.store.revokeAll('u1')).rejects.toThrow('Postgres is unavailable');
    });
    expect(await rowOf(visitor)).toMatchObject({ attributes: { cart: { tea: 2 } }, device: { userAgent: 'contract' } });
    for (const session of [ended, loggedOut]) {
      expect(await rowOf(session)).toBeNull();
      expect(await two.store.find(session.key)).toBeNull();
    }
  });

  it('keeps a session alive in it that was used meanwhile, and lets one end that was not', async () => {
    const clocks = { idleSeconds: 2 };
    const used = await one.store.create(newSession({}, clocks));
    const touchedOnce = await one.store.create(newSession({ count: 0 }, clocks));
    await withoutPostgres(async () => {
      await one.store.touch(touchedOnce);
      await one.store.update(touchedOnce.key, increment);
      const until = Date.now() + 4000;
      while (Date.now() < until) {
        expect(await one.store.touch(used)).toBe(true);
        await new Promise((resolve) => setTimeout(resolve, 400));
      }
    });
    expect(await rowOf(used)).not.toBeNull();
    expect(await one.store.find(used.key)).not.toBeNull();
    expect(await one.store.find(touchedOnce.key)).toBeNull();
    expect(await rowOf(touchedOnce)).toBeNull();
  });

  it('learns later of a touch that it was about to write when it failed', async () => {
    const record = await one.store.create(newSession());
    await age(record, 60);
    const touched = one.store.touch(record);
    await postgres.kill();
    expect(await touched).toBe(true);
    await withoutPostgres(() => Promise.resolve());
    const row = await rowOf(record);
    expect(Date.now() - row!.lastSeenAt).toBeLessThan(30_000);
  });

  it('ends with all others of a user the session that only Redis saw used', async () => {
    const record = await one.store.create(newSession(userOf('u2')));
    await age(record, 3600);
    expect(await rowOf(record)).toBeNull();
    expect(await two.store.find(record.key)).toMatchObject({ readFrom: 'redis' });
    await one.store.revokeAll('u2');
    expect(await two.store.find(record.key)).toBeNull();
    expect(await two.store.save(record.key, { a: 1 }, record)).toBeNull();
  });

  it('saves a session that Postgres takes for idle and Redis saw used', async () => {
    const record = await one.store.create(newSession());
    await age(record, 3600);
    expect((await one.store.save(record.key, { a: 1 }, record))?.attributes).toEqual({ a: 1 });
    expect((await rowOf(record))?.attributes).toEqual({ a: 1 });
  });

  it('applies writes once that were in progress when it froze', async () => {
    const record = await one.store.create(newSession({ count: 0 }));
    const writes = range(60).map((i) => (i % 2 ? one : two).store.update(record.key, increment));
    // Some statements are on their way to Postgres and some have not begun.
    await Promise.race(writes);
    postgres.freeze();
    writes.push(...range(40).map((i) => (i % 2 ? one : two).store.update(record.key, increment)));
    const saved = await Promise.all(writes);
    postgres.thaw();
    expect(saved).not.toContain(null);
    await until(() => bothUp(one) && bothUp(two), 'both stores to serve');
    await drained();
    expect((await rowOf(record))?.attributes).toEqual({ count: 100 });
    for (const { store } of [one, two]) expect((await store.find(record.key))?.attributes).toEqual({ count: 100 });
  });

  it('drains many sessions in few transactions: a replica may have a single connection', async () => {
    const records = await Promise.all(range(200).map(() => one.store.create(newSession({ count: 0 }))));
    let transactions = 0;
    const spies = [one, two].map(({ database }) => {
      const run = database!.transaction.bind(database);
      return jest.spyOn(database!, 'transaction').mockImplementation((...args: Parameters<typeof run>) => {
        transactions++;
        return run(...args);
      });
    });
    await withoutPostgres(async () => {
      await Promise.all(records.map((record) => one.store.update(record.key, increment, record)));
      transactions = 0;
    });
    for (const spy of spies) spy.mockRestore();
    expect(transactions).toBeLessThan(60);
    for (const record of records) expect((await rowOf(record))?.attributes).toEqual({ count: 1 });
  });

  it('drains the others when one session cannot be read', async () => {
    const [broken, fine] = [
      await one.store.create(newSession()),
      await Promise.all(range(20).map(() => one.store.create(newSession()))),
    ];
    await one.database!.query(`UPDATE session SET attributes = '~foreign' WHERE key = $1`, [broken.key]);
    await postgres.kill();
    await until(() => !postgresUp(one) && !postgresUp(two), 'the replicas to notice');
    await Promise.all([broken, ...fine].map((record) => two.store.save(record.key, { a: 1 }, record)));
    postgres = await postgresAgain(postgres);
    await until(async () => (await one.backlog().catch(() => ({ dirty: -1 }))).dirty === 1, 'all but one to be drained');
    for (const record of fine) expect((await rowOf(record))?.attributes).toEqual({ a: 1 });
  });
});
