import { sessionDatabase, storesOfReplica } from '../../../../../test/support/backends.ts';
import { testRedis } from '../../../../../test/support/servers.ts';
import { keepsTheContract } from '../session-store.contract.ts';

keepsTheContract('tiered with a near cache', async () => {
  const options = { databaseUrl: await sessionDatabase(), redis: await testRedis(), nearCacheMs: 1000 };
  const [one, two] = [await storesOfReplica(options), await storesOfReplica(options)];
  return { store: one.store, other: two.store, knowsUsers: true };
});
