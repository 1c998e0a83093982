import { postgresUp, sessionDatabase, storesOfReplica } from '../../../../../test/support/backends.ts';
import { privateRedis } from '../../../../../test/support/servers.ts';
import { keepsTheContract } from '../session-store.contract.ts';

keepsTheContract('tiered without Redis', async () => {
  const redis = await privateRedis();
  const options = { databaseUrl: await sessionDatabase(), redis };
  await redis.kill();
  const [one, two] = [await storesOfReplica(options, postgresUp), await storesOfReplica(options, postgresUp)];
  return { store: one.store, other: two.store, knowsUsers: true };
});
