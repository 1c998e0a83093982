import {
  postgresOf,
  postgresUp,
  redisOf,
  redisTrusted,
  sessionDatabase,
  storesOfReplica,
  until,
} from '../../../../../test/support/backends.ts';
import { testRedis } from '../../../../../test/support/servers.ts';
import { tcpProxy, type TcpProxy } from '../../../../../test/support/tcp-proxy.ts';
import type { Attributes, SessionRecord } from '../../model/record.ts';
import type { Backend } from '../backend.ts';
import { newSession } from '../session-store.contract.ts';
import { reconcile } from './reconcile.ts';

/** The revocation bound of these replicas, and some grace for a busy machine. */
const T_MS = 1000;
const GRACE_MS = 2000;

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const increment = (attributes: Attributes) => ({ ...attributes, count: Number(attributes['count']) + 1 });
const addTea = ({ cart, ...rest }: Attributes) => {
  const { tea, ...others } = cart as Record<string, number>;
  return { ...rest, cart: { ...others, tea: (tea ?? 0) + 1 } };
};

describe('two replicas, one of them cut off from a store', () => {
  let lonely: Backend;
  let other: Backend;
  let postgresWire: TcpProxy;
  let redisWire: TcpProxy;

  beforeAll(async () => {
    const [databaseUrl, { url }] = [await sessionDatabase(), await testRedis()];
    [postgresWire, redisWire] = [await tcpProxy({ to: databaseUrl }), await tcpProxy({ to: url })];
    const deadlines = { postgresDeadlineMs: 1000, revocationMs: T_MS };
    lonely = await storesOfReplica({ ...deadlines, databaseUrl: postgresWire.url, redis: { url: redisWire.url } });
    other = await storesOfReplica({ ...deadlines, databaseUrl, redis: { url } });
  });

  /** Every case ends with both links healed, so that the next one begins like this one did. */
  async function during(fault: () => unknown, noticed: () => boolean, work: () => Promise<void>): Promise<void> {
    try {
      await fault();
      await until(noticed, 'the replica to notice');
      await work();
    } finally {
      await Promise.all([postgresWire.heal(), redisWire.heal()]);
      await until(() => postgresUp(lonely) && redisTrusted(lonely), 'the links to heal');
    }
  }
  const withoutRedis = (work: () => Promise<void>) =>
    during(
      () => redisWire.cut(),
      () => !redisTrusted(lonely),
      work,
    );
  const withoutPostgres = (work: () => Promise<void>) =>
    during(
      () => postgresWire.cut(),
      () => !postgresUp(lonely),
      work,
    );

  const rowOf = async (record: SessionRecord) => postgresOf(other).find(record.key);
  const within = <V>(ask: () => Promise<V>, done: (value: V) => boolean, what: string) =>
    until(async () => done(await ask()), what, T_MS + GRACE_MS);

  it('shows the other a save that did not reach Redis, within T', async () => {
    const record = await lonely.store.create(newSession({ theme: 'light' }));
    expect(await other.store.find(record.key)).toMatchObject({ readFrom: 'redis' });
    await withoutRedis(async () => {
      await lonely.store.save(record.key, { theme: 'dark' }, record);
      expect(await lonely.store.find(record.key)).toMatchObject({ attributes: { theme: 'dark' }, readFrom: 'postgres' });
      const seen = () => other.store.find(record.key);
      await within(seen, (found) => found?.attributes['theme'] === 'dark', 'the other to see the save');
    });
  });

  it('shows the other a logout that did not reach Redis, within T', async () => {
    const record = await lonely.store.create(newSession());
    expect(await other.store.find(record.key)).not.toBeNull();
    await withoutRedis(async () => {
      expect(await lonely.store.revoke(record.key, 'logout', record)).toBe(true);
      await within(
        () => other.store.find(record.key),
        (found) => found === null,
        'the logout to reach the other',
      );
      expect(await other.store.save(record.key, { a: 1 }, record)).toBeNull();
    });
    expect(await lonely.store.find(record.key)).toBeNull();
  });

  it('brings a save that Postgres did not get to Postgres within T', async () => {
    const record = await lonely.store.create(newSession({ theme: 'light' }));
    await withoutPostgres(async () => {
      const saved = await lonely.store.save(record.key, { theme: 'dark' }, record);
      expect(saved?.attributes).toEqual({ theme: 'dark' });
      expect((await other.store.find(record.key))?.attributes).toEqual({ theme: 'dark' });
      await within(
        () => rowOf(record),
        (row) => row?.attributes['theme'] === 'dark',
        'the save to be drained',
      );
    });
    expect((await lonely.backlog()).dirty).toBe(0);
  });

  it('adds up what both count at once', async () => {
    const record = await lonely.store.create(newSession({ count: 0, cart: { tea: 0 } }));
    await withoutPostgres(async () => {
      await Promise.all(range(100).map((i) => (i % 2 ? lonely : other).store.update(record.key, increment)));
      await Promise.all(range(40).map((i) => (i % 2 ? lonely : other).store.update(record.key, addTea)));
      const expected = { count: 100, cart: { tea: 40 } };
      await within(
        () => rowOf(record),
        (row) => row?.attributes['count'] === 100 && (row.attributes['cart'] as { tea: number }).tea >= 40,
        'all increments to be drained',
      );
      expect((await rowOf(record))?.attributes).toEqual(expected);
      expect((await lonely.store.find(record.key))?.attributes).toEqual(expected);
      expect((await other.store.find(record.key))?.attributes).toEqual(expected);
    });
  });

  it('adds up once what many bring to Postgres at the same time', async () => {
    const record = await lonely.store.create(newSession({ count: 0 }));
    await withoutPostgres(async () => {
      for (let i = 0; i < 30; i++) {
        await lonely.store.update(record.key, increment);
        void Promise.allSettled(range(3).map(() => reconcile(record.key, redisOf(other), postgresOf(other))));
      }
      await within(
        () => rowOf(record),
        (row) => row?.attributes['count'] === 30,
        'all increments to be drained',
      );
      await until(async () => (await other.backlog()).dirty === 0, 'everything to be drained');
      expect((await rowOf(record))?.attributes).toEqual({ count: 30 });
      expect((await lonely.store.find(record.key))?.attributes).toEqual({ count: 30 });
    });
  });

  it('merges preferences that both changed', async () => {
    const record = await lonely.store.create(newSession({ preferences: { theme: 'light' } }));
    await withoutPostgres(async () => {
      await Promise.all([
        lonely.store.save(record.key, { preferences: { theme: 'dark' } }, record),
        other.store.save(record.key, { preferences: { density: 'compact' } }, record),
      ]);
      await lonely.store.save(record.key, { preferences: { language: 'de' } });
      const expected = { theme: 'dark', density: 'compact', language: 'de' };
      const size = (row: SessionRecord | null) => Object.keys(row?.attributes['preferences'] ?? {}).length;
      await within(
        () => rowOf(record),
        (row) => size(row) === 3,
        'all preferences to be drained',
      );
      expect((await rowOf(record))?.attributes).toEqual({ preferences: expected });
      expect((await lonely.store.find(record.key))?.attributes).toEqual({ preferences: expected });
    });
  });

  it('revokes a session everywhere when the logout did not reach Postgres', async () => {
    const record = await lonely.store.create(newSession());
    await withoutPostgres(async () => {
      expect(await lonely.store.revoke(record.key, 'logout', record)).toBe(true);
      expect(await lonely.store.revoke(record.key, 'logout', record)).toBe(false);
      expect(await other.store.find(record.key)).toBeNull();
      await within(
        () => rowOf(record),
        (row) => row === null,
        'the row to be revoked',
      );
      const [event] = await other.database!.query<{ reason: string }>(
        `SELECT reason FROM session_event WHERE key = $1 AND type = 'revoked'`,
        [record.key],
      );
      expect(event?.reason).toBe('logout');
    });
  });

  it('lets the other end a session that this one is writing to', async () => {
    const record = await lonely.store.create(newSession({ count: 0 }));
    await withoutPostgres(async () => {
      const writes = range(20).map(() => lonely.store.update(record.key, increment));
      await Promise.all([...writes, other.store.revoke(record.key, 'logout')]);
      await within(
        () => rowOf(record),
        (row) => row === null,
        'the row to be revoked',
      );
      for (const { store } of [lonely, other]) expect(await store.find(record.key)).toBeNull();
    });
    expect(await lonely.store.find(record.key)).toBeNull();
  });

  it('applies writes once that are in progress when the network stops, in both directions', async () => {
    const record = await lonely.store.create(newSession({ count: 0 }));
    const writes = range(60).map((i) => (i % 2 ? lonely : other).store.update(record.key, increment));
    postgresWire.freeze();
    writes.push(...range(40).map((i) => (i % 2 ? lonely : other).store.update(record.key, increment)));
    expect((await Promise.all(writes)).filter((saved) => saved === null)).toEqual([]);
    await postgresWire.heal();
    await until(() => postgresUp(lonely), 'the link to heal');
    await within(
      () => rowOf(record),
      (row) => row?.attributes['count'] === 100,
      'all increments to be drained',
    );
    // What was stuck on the wire has arrived by now; nothing of it may count again.
    await until(async () => (await other.backlog()).dirty === 0, 'everything to be drained');
    for (const { store } of [lonely, other]) expect((await store.find(record.key))?.attributes).toEqual({ count: 100 });
  });
});
