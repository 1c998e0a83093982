/** Measures lookups without HTTP, next to the bare store command as the lower bound. Writes its figures to OUT. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { createClient } from 'redis';
import { createBackend } from '../../../libs/session/src/stores/backend.ts';
import { RedisKeys } from '../../../libs/session/src/stores/redis/layout.ts';
import type { TieredStore } from '../../../libs/session/src/stores/tiered/tiered-store.ts';
import { percentile, sorted } from '../harness/statistics.ts';
import { settings } from '../peers/settings.ts';

const CONCURRENT = 50;
const seconds = Number(process.env.SECONDS);
const rounds = Number(process.env.ROUNDS);
const nearCacheMs = Number(process.env.SESSION_NEAR_CACHE_MS ?? 0);
const { keys, generation } = JSON.parse(readFileSync(process.env.KEYS!, 'utf8')) as { keys: string[]; generation: number };

/** The same number of visitors at every size, so that only the size of the stores differs, not the hit rate of the caches. */
const FEW = 1000;
const few = keys.filter((_, i) => i % Math.ceil(keys.length / FEW) === 0);

interface Lookup {
  find: (key: string) => Promise<unknown>;
  keys: string[];
}

interface Figures {
  perSecond: number;
  p50Us: number;
  p99Us: number;
}

async function measure({ find, keys: some }: Lookup, concurrent: number): Promise<Figures> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const caller = async () => {
    while (performance.now() < endsAt) {
      const asked = performance.now();
      if ((await find(some[Math.floor(Math.random() * some.length)]!)) === null)
        throw new Error('A seeded session was not found.');
      latencies.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: concurrent }, caller));
  const ascending = sorted(latencies);
  const us = (share: number) => Math.round(percentile(ascending, share) * 10_000) / 10;
  return { perSecond: Math.round(latencies.length / ((performance.now() - startedAt) / 1000)), p50Us: us(0.5), p99Us: us(0.99) };
}

const options = {
  strategy: 'tiered' as const,
  databaseUrl: settings.databaseUrl,
  redis: { url: settings.redisUrl },
  redisDeadlineMs: 150,
  postgresDeadlineMs: 1000,
  touchSeconds: 60,
  maxPerUser: 0,
  limitPolicy: 'drop-oldest' as const,
  encryptionKeys: [],
  revocationMs: 1000,
};
const withNearCache = (forMs: number) => ({ ...options, nearCacheMs: forMs });
const tiered = createBackend(withNearCache(0));
tiered.start();
while (tiered.redis() === null) await wait(20);

const redis = await createClient({ url: settings.redisUrl, commandOptions: { timeout: 0 } }).connect();
const postgres = new Client({ connectionString: settings.databaseUrl });
await postgres.connect();
const bareSelect = { name: 'bare', text: 'SELECT attributes FROM session WHERE key = $1' };

const names = new RedisKeys('baton');
const bareGet = (key: string) => redis.get(names.session(key, generation));
const bareRow = async (key: string) => (await postgres.query({ ...bareSelect, values: [key] })).rows[0] ?? null;
const inRedis = (key: string) => tiered.store.find(key);
const inPostgres = (key: string) => (tiered.store as TieredStore).postgres.find(key);
const lookups: Record<string, Lookup> = {
  'bare GET (node-redis)': { find: bareGet, keys },
  'Baton, Redis': { find: inRedis, keys },
  'Baton, Redis, 1,000 of them': { find: inRedis, keys: few },
  'bare SELECT (pg, one connection)': { find: bareRow, keys },
  'Baton, Postgres': { find: inPostgres, keys },
  'Baton, Postgres, 1,000 of them': { find: inPostgres, keys: few },
};

/** One hit is too short for the clock, so many are timed together. */
async function nearHitUs(): Promise<number> {
  const near = createBackend(withNearCache(nearCacheMs));
  near.start();
  while (near.redis() === null) await wait(20);
  const key = keys[0]!;
  await near.store.find(key);
  await wait(50);
  await near.store.find(key);
  const hits = 20_000;
  const times: number[] = [];
  for (let round = 0; round < 15; round++) {
    const startedAt = performance.now();
    for (let i = 0; i < hits; i++) await near.store.find(key);
    times.push(((performance.now() - startedAt) * 1000) / hits);
  }
  await near.close();
  return percentile(sorted(times), 0.5);
}

const figures: Record<string, Figures[]> = {};
for (const lookup of Object.values(lookups)) await measure(lookup, CONCURRENT);
for (let round = 0; round < rounds; round++) {
  for (const [name, lookup] of Object.entries(lookups)) (figures[name] ??= []).push(await measure(lookup, CONCURRENT));
}
const nearUs = nearCacheMs > 0 ? await nearHitUs() : null;
writeFileSync(process.env.OUT!, JSON.stringify({ figures, nearUs }));
process.exit(0);
