import { postgresUp, sessionPostgres, storesOfReplica, until } from '../../../../../test/support/backends.ts';
import { testRedis } from '../../../../../test/support/servers.ts';
import { keepsTheContract } from '../session-store.contract.ts';

keepsTheContract('tiered without Postgres', async () => {
  const postgres = await sessionPostgres();
  const options = { databaseUrl: postgres.url, redis: await testRedis() };
  const [one, two] = [await storesOfReplica(options), await storesOfReplica(options)];
  await postgres.kill();
  await until(() => !postgresUp(one) && !postgresUp(two), 'the replicas to notice');
  return { store: one.store, other: two.store, knowsUsers: false };
});
