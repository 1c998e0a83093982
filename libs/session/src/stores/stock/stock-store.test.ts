import { postgresUp, sessionDatabase, storesOfReplica } from '../../../../../test/support/backends.ts';
import { testRedis } from '../../../../../test/support/servers.ts';
import { newSession } from '../session-store.contract.ts';
import { StockStore } from './stock-store.ts';

/** The comparison must fail where most programs fail, or it compares nothing. */
describe('plain connect-redis', () => {
  let store: StockStore;

  beforeAll(async () => {
    store = new StockStore((await testRedis()).url, { touchSeconds: 1 });
    store.start();
  });

  afterAll(() => store.close());

  it('finds what was created', async () => {
    const { key } = await store.create(newSession({ a: 1 }));
    expect(await store.find(key)).toMatchObject({ attributes: { a: 1 } });
  });

  it('loses all but the last of concurrent changes', async () => {
    const record = await store.create(newSession({}));
    await Promise.all(Array.from({ length: 10 }, (_, i) => store.save(record.key, { [`a${i}`]: i }, record)));
    expect(Object.keys((await store.find(record.key))!.attributes)).toHaveLength(1);
  });

  it('lets a late save revive a session that was logged out', async () => {
    const record = await store.create(newSession({}));
    await store.revoke(record.key);
    await store.save(record.key, { a: 1 }, record);
    expect(await store.find(record.key)).not.toBeNull();
  });

  it('refuses a session whose guard refuses it, as every strategy does', async () => {
    const [redis, databaseUrl] = [await testRedis(), await sessionDatabase()];
    const stock = { strategy: 'redis', engine: 'express-session', redis, databaseUrl } as const;
    const { store: guarded } = await storesOfReplica(stock, postgresUp);
    const session = newSession();
    await expect(guarded.create(session, { guard: () => Promise.reject(new Error('disabled')) })).rejects.toThrow('disabled');
    expect(await guarded.find(session.key)).toBeNull();
  });

  it('can list and end the sessions of a user, by looking at every session', async () => {
    const user = { user: { id: 'ada', name: 'Ada', roles: [] } };
    const kept = await store.create(newSession(user));
    await store.create(newSession(user));
    expect(await store.revokeAll('ada', { exceptKey: kept.key })).toBe(1);
    expect((await store.listByUser('ada')).map(({ key }) => key)).toEqual([kept.key]);
  });
});
