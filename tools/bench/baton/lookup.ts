/** The stores alone, without HTTP: how long one lookup takes, beside the bare command that it cannot beat. Writes its figures to OUT. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { createClient } from 'redis';
import { createBackend } from '../../../libs/session/src/stores/backend.ts';
import { keysOf } from '../../../libs/session/src/stores/redis/keys.ts';
import { percentile, sorted } from '../harness/statistics.ts';
import { settings } from '../peers/settings.ts';

const CONCURRENT = 50;
const seconds = Number(process.env.SECONDS);
const rounds = Number(process.env.ROUNDS);
const nearCacheMs = Number(process.env.SESSION_NEAR_CACHE_MS ?? 0);
const { keys, generation } = JSON.parse(readFileSync(process.env.KEYS!, 'utf8')) as { keys: string[]; generation: number };

type Lookup = (key: string) => Promise<unknown>;

interface Figures {
  perSecond: number;
  p50Us: number;
  p99Us: number;
}

const anyKey = (): string => keys[Math.floor(Math.random() * keys.length)]!;

async function measure(find: Lookup, concurrent: number): Promise<Figures> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const caller = async () => {
    while (performance.now() < endsAt) {
      const asked = performance.now();
      if ((await find(anyKey())) === null) throw new Error('A session that was put into the stores was not found.');
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
while (!tiered.link!.trusted) await wait(20);

const redis = await createClient({ url: settings.redisUrl, commandOptions: { timeout: 0 } }).connect();
const postgres = new Client({ connectionString: settings.databaseUrl });
await postgres.connect();
const bareSelect = { name: 'bare', text: 'SELECT attributes FROM session WHERE key = $1' };

const lookups: Record<string, Lookup> = {
  'bare GET (node-redis)': (key) => redis.get(keysOf(key, generation).session),
  'Baton, Redis': (key) => tiered.store.find(key),
  'bare SELECT (pg, one connection)': async (key) => (await postgres.query({ ...bareSelect, values: [key] })).rows[0] ?? null,
  'Baton, Postgres': (key) => tiered.postgres!.find(key),
};

/** Of a hit: too short for the clock, so many at once are timed. */
async function nearHitUs(): Promise<number> {
  const near = createBackend(withNearCache(nearCacheMs));
  near.start();
  while (!near.link!.trusted) await wait(20);
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
for (const find of Object.values(lookups)) await measure(find, CONCURRENT);
for (let round = 0; round < rounds; round++) {
  for (const [name, find] of Object.entries(lookups)) (figures[name] ??= []).push(await measure(find, CONCURRENT));
}
const nearUs = nearCacheMs > 0 ? await nearHitUs() : null;
writeFileSync(process.env.OUT!, JSON.stringify({ figures, nearUs }));
process.exit(0);
