import { postgresUp, sessionDatabase, storesOfReplica } from '../../../../../test/support/backends.ts';
import { TooManySessionsError } from '../../model/errors.ts';
import type { Attributes } from '../../model/record.ts';
import type { Backend, BackendOptions } from '../backend.ts';
import { newSession } from '../session-store.contract.ts';

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const userOf = (id: string): Attributes => ({ user: { id, name: 'Ada', roles: [] } });

/** Two replicas, so that only Postgres can keep the count. */
async function replicas(options: Partial<BackendOptions>): Promise<[Backend, Backend]> {
  const all = { strategy: 'postgres', databaseUrl: await sessionDatabase(), postgresDeadlineMs: 10_000, ...options } as const;
  return [await storesOfReplica(all, postgresUp), await storesOfReplica(all, postgresUp)];
}

describe('sessions of one user, opened and ended at the same time', () => {
  it('drops exactly the oldest ones of 50 parallel logins', async () => {
    const both = await replicas({ maxPerUser: 5, limitPolicy: 'drop-oldest' });
    const created = await Promise.all(range(50).map((i) => both[i % 2]!.store.create(newSession(userOf('u')))));
    const live = await both[0].store.listByUser('u');
    expect(live).toHaveLength(5);
    const found = await Promise.all(created.map(({ key }) => both[1].store.find(key)));
    expect(found.filter((session) => session !== null)).toHaveLength(5);
    const ended = await both[0].database!.query(`SELECT FROM session_event WHERE type = 'revoked' AND reason = 'session limit'`);
    expect(ended).toHaveLength(45);
  });

  it('denies exactly what is too much of 50 parallel logins', async () => {
    const both = await replicas({ maxPerUser: 5, limitPolicy: 'deny-new' });
    const logins = await Promise.allSettled(range(50).map((i) => both[i % 2]!.store.create(newSession(userOf('u')))));
    const denied = logins.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(denied).toHaveLength(45);
    expect(denied.every(({ reason }) => reason instanceof TooManySessionsError)).toBe(true);
    expect(await both[0].store.listByUser('u')).toHaveLength(5);
    await both[0].store.create(newSession(userOf('another')));
  });

  it('lets no login slip through a revoke-all', async () => {
    const both = await replicas({});
    const { database } = both[0];
    await database!.query('CREATE TABLE account (id text PRIMARY KEY, password int)');
    await database!.query(`INSERT INTO account VALUES ('u', 1)`);
    const login = (i: number) =>
      both[i % 2]!.store.create(newSession(userOf('u')), {
        guard: async (tx) => {
          const [account] = await tx.query<{ password: number }>(`SELECT password FROM account WHERE id = 'u'`);
          if (account!.password !== 1) throw new Error('The password was changed.');
        },
      });
    const logins = range(20).map(login);
    const revoked = both[0].store.revokeAll('u', {
      within: async (tx) => void (await tx.query('UPDATE account SET password = 2')),
    });
    const settled = await Promise.allSettled([...logins, ...range(20).map(login)]);
    const opened = settled.filter(({ status }) => status === 'fulfilled').length;
    expect(await revoked).toBe(opened);
    expect(await both[1].store.listByUser('u')).toEqual([]);
  });

  it('does not do half of a revoke-all', async () => {
    const [{ store }] = await replicas({});
    const { key } = await store.create(newSession(userOf('u')));
    const failing = store.revokeAll('u', { within: () => Promise.reject(new Error('no such account')) });
    await expect(failing).rejects.toThrow('no such account');
    expect(await store.find(key)).not.toBeNull();
  });

  it('has no deadlocks between saves, touches, logouts and revoke-alls of the same sessions', async () => {
    const both = await replicas({});
    const sessions = await Promise.all(range(40).map(() => both[0].store.create(newSession({ ...userOf('u'), count: 0 }))));
    const kept = sessions[7]!;
    const work = [...sessions, ...sessions.toReversed()].flatMap((record, i) => [
      both[i % 2]!.store.save(record.key, { [`a${i}`]: i }, record),
      both[(i + 1) % 2]!.store.touch(record),
      ...(i % 16 === 0 ? [both[i % 2]!.store.revokeAll('u', { exceptKey: kept.key })] : []),
    ]);
    const failed = (await Promise.allSettled(work)).filter(({ status }) => status === 'rejected');
    expect(failed).toEqual([]);
    expect((await both[0].store.listByUser('u')).map(({ key }) => key)).toEqual([kept.key]);
    expect(both.every(postgresUp)).toBe(true);
  });
});
