import { sessionDatabase, storesOfReplica } from '../../../../../test/support/backends.ts';
import { testRedis } from '../../../../../test/support/servers.ts';
import { keepsTheContract } from '../session-store.contract.ts';

keepsTheContract('tiered', async () => {
  const options = { databaseUrl: await sessionDatabase(), redis: await testRedis() };
  const [one, two] = [await storesOfReplica(options), await storesOfReplica(options)];
  return { store: one.store, other: two.store, knowsUsers: true };
});
