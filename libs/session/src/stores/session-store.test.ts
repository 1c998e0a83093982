import { privatePostgres, privateRedis, testDatabase, testRedis } from '../../../../test/support/servers.ts';
import { createBackend, type Backend, type BackendOptions } from './backend.ts';
import { MemoryStore } from './memory/memory-store.ts';
import { migrate } from './postgres/migrate.ts';
import { CONTRACT_TOUCH_SECONDS, keepsTheContract, type StoreUnderTest } from './session-store.contract.ts';

const OPTIONS = {
  redisDeadlineMs: 150,
  postgresDeadlineMs: 1000,
  touchSeconds: CONTRACT_TOUCH_SECONDS,
  maxPerUser: 0,
  limitPolicy: 'drop-oldest',
  encryptionKeys: [],
  nearCacheMs: 0,
  revocationMs: 1000,
} as const;

const open: Backend[] = [];

afterAll(() => Promise.all(open.map((backend) => backend.close())));

async function replica(
  options: Pick<BackendOptions, 'strategy' | 'databaseUrl' | 'redis'> & Partial<BackendOptions>,
  serving: (backend: Backend) => boolean,
): Promise<Backend> {
  const backend = createBackend({ ...OPTIONS, ...options });
  open.push(backend);
  backend.start();
  await until(() => serving(backend));
  return backend;
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error('The stores did not get ready.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function migrated(): Promise<string> {
  const url = await testDatabase();
  await migrate(url);
  return url;
}

const trusted = ({ link }: Backend) => link?.trusted === true;
const up = ({ database }: Backend) => database?.ready === true;

keepsTheContract('memory', async () => {
  const store = new MemoryStore(OPTIONS);
  return { store, other: store, knowsUsers: true };
});

keepsTheContract('redis', async () => {
  const options = { strategy: 'redis', databaseUrl: null, redis: await testRedis() } as const;
  return pair(await replica(options, trusted), await replica(options, trusted));
});

keepsTheContract('postgres', async () => {
  const options = { strategy: 'postgres', databaseUrl: await migrated(), redis: null } as const;
  return pair(await replica(options, up), await replica(options, up));
});

keepsTheContract('tiered', async () => {
  const options = { strategy: 'tiered', databaseUrl: await migrated(), redis: await testRedis() } as const;
  const both = (backend: Backend) => trusted(backend) && up(backend);
  return pair(await replica(options, both), await replica(options, both));
});

keepsTheContract('tiered with a near cache', async () => {
  const options = { strategy: 'tiered', databaseUrl: await migrated(), redis: await testRedis(), nearCacheMs: 1000 } as const;
  const both = (backend: Backend) => trusted(backend) && up(backend);
  return pair(await replica(options, both), await replica(options, both));
});

keepsTheContract('tiered without Redis', async () => {
  const redis = await privateRedis();
  const options = { strategy: 'tiered', databaseUrl: await migrated(), redis } as const;
  await redis.kill();
  return pair(await replica(options, up), await replica(options, up));
});

keepsTheContract('tiered without Postgres', async () => {
  const postgres = await privatePostgres();
  await migrate(postgres.url);
  const options = { strategy: 'tiered', databaseUrl: postgres.url, redis: await testRedis() } as const;
  const both = (backend: Backend) => trusted(backend) && up(backend);
  const stores = [await replica(options, both), await replica(options, both)] as const;
  await postgres.kill();
  await until(() => !up(stores[0]) && !up(stores[1]));
  return { ...pair(...stores), knowsUsers: false };
});

function pair(one: Backend, two: Backend): StoreUnderTest {
  return { store: one.store, other: two.store, knowsUsers: true };
}
