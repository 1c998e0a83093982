import { Registry } from 'prom-client';
import { bothUp, postgresAgain, postgresUp, sessionPostgres, storesOfReplica, until } from '../../../../test/support/backends.ts';
import { testRedis } from '../../../../test/support/servers.ts';
import { newSession } from '../stores/session-store.contract.ts';
import { StoreHealth } from './store-health.ts';
import { registerStoreMetrics } from './store-metrics.ts';

const NAME = 'baton_session_backlog_age_seconds';

it('the age of the backlog grows until Postgres has every change', async () => {
  const postgres = await sessionPostgres();
  const backend = await storesOfReplica({ databaseUrl: postgres.url, redis: await testRedis(), postgresDeadlineMs: 1000 });
  const registry = new Registry();
  registerStoreMetrics(registry, new StoreHealth(backend));
  const age = async () => (await registry.getSingleMetric(NAME)!.get()).values[0]!.value;

  const record = await backend.store.create(newSession());
  expect(await age()).toBe(0);
  await postgres.kill();
  await until(() => !postgresUp(backend), 'the replica to notice');
  await backend.store.save(record.key, { theme: 'dark' }, record);
  await until(async () => (await age()) > 0, 'the age to be above 0');
  const young = await age();
  await until(async () => (await age()) >= young + 1, 'the age to grow');
  await postgresAgain(postgres);
  await until(() => bothUp(backend), 'both stores to serve');
  await until(async () => (await age()) === 0, 'the age to be 0 again');
});
