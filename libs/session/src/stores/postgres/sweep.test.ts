import { postgresUp, sessionDatabase, storesOfReplica } from '../../../../../test/support/backends.ts';
import type { SessionRecord } from '../../model/record.ts';
import type { Backend } from '../backend.ts';
import { newSession } from '../session-store.contract.ts';

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('the sweeper', () => {
  let one: Backend;
  let two: Backend;

  beforeAll(async () => {
    const options = { strategy: 'postgres', databaseUrl: await sessionDatabase(), postgresDeadlineMs: 5000 } as const;
    [one, two] = [await storesOfReplica(options, postgresUp), await storesOfReplica(options, postgresUp)];
  });

  const create = (count: number) => Promise.all(range(count).map((i) => one.store.create(newSession({ i }))));
  const set = (records: SessionRecord[], change: string) =>
    one.database!.query(`UPDATE session SET ${change} WHERE key = ANY($1)`, [records.map(({ key }) => key)]);
  const left = async (records: SessionRecord[]) =>
    (await one.database!.query('SELECT FROM session WHERE key = ANY($1)', [records.map(({ key }) => key)])).length;

  it('deletes what ended, in batches, while others work, and nothing else', async () => {
    const [live, revoked, idle, expired, old] = [
      await create(20),
      await create(10),
      await create(10),
      await create(250),
      await create(50),
    ];
    for (const { key } of revoked) await one.store.revoke(key, 'logout');
    // Redis may have seen an idle one used while Postgres was unavailable: its row stays for a day.
    await set(idle, `last_seen_at = now() - interval '2 hours'`);
    await set(expired, `expires_at = now() - interval '1 second'`);
    await set(old, `last_seen_at = now() - interval '25 hours'`);

    const sweeps: number[] = [];
    const sweeping = (async () => {
      for (let swept = 100; swept > 0; sweeps.push(swept)) swept = await one.sweep(100);
    })();
    const saves = await Promise.all([...live, ...live].map((record, i) => two.store.save(record.key, { [`a${i}`]: i })));
    await sweeping;
    expect(saves).not.toContain(null);
    expect(sweeps).toEqual([100, 100, 100, 0]);
    expect([await left(live), await left(revoked), await left(idle)]).toEqual([20, 10, 10]);
    expect([await left(expired), await left(old)]).toEqual([0, 0]);
  });

  it('reads the whole table for idle sessions only on request', async () => {
    const old = await create(3);
    await set(old, `last_seen_at = now() - interval '25 hours'`);
    expect([await one.sweep(100, false), await left(old)]).toEqual([0, 3]);
    expect([await one.sweep(100, true), await left(old)]).toEqual([3, 0]);
  });

  it('skips a row that another transaction uses', async () => {
    const [held, free] = [await create(3), await create(3)];
    await set([...held, ...free], `expires_at = now() - interval '1 second'`);
    await two.database!.transaction(async (tx) => {
      await tx.query('SELECT FROM session WHERE key = ANY($1) FOR UPDATE', [held.map(({ key }) => key)]);
      expect(await one.sweep(100)).toBe(3);
    });
    expect([await left(held), await left(free)]).toEqual([3, 0]);
    expect(await one.sweep(100)).toBe(3);
  });

  it('is one at a time', async () => {
    const ended = await create(200);
    await set(ended, `expires_at = now() - interval '1 second'`);
    const swept = await Promise.all(range(8).map((i) => (i % 2 ? one : two).sweep(25)));
    expect(swept.every((count) => count === 0 || count === 25)).toBe(true);
    expect(200 - (await left(ended))).toBe(swept.reduce((sum, count) => sum + count));
    while ((await one.sweep(1000)) > 0);
    expect(await left(ended)).toBe(0);
  });

  it('forgets events after a day', async () => {
    const before = await one.feed!.since(0, 10_000);
    await one.database!.query(`UPDATE session_event SET created_at = now() - interval '25 hours' WHERE id = $1`, [before[0]!.id]);
    await one.sweep(100);
    expect((await one.feed!.since(0, 10_000)).map(({ id }) => id)).toEqual(before.slice(1).map(({ id }) => id));
  });
});
