import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { loadConfig } from '@baton/platform';
import { createBackend, migrate, sessionSettings, toSessionConfig, type Backend } from '@baton/session';
import { Client } from 'pg';
import { createClient } from 'redis';
import { onCleanup } from '../support/cleanup.ts';
import { privateRedis, testDatabase } from '../support/servers.ts';

/** docs/operations/sizing.md multiplies these figures; they must be within a quarter of the measured size. */
const document = readFileSync('docs/operations/sizing.md', 'utf8');
const stated = (store: string): number =>
  Number(new RegExp(`${store}: \\*\\*([\\d ]+) bytes`).exec(document)![1]!.replace(' ', ''));

const SESSIONS = 4000;
const TOGETHER = 100;

/** The session of a signed-in user with a theme and three articles in the cart. */
const attributes = (at: number) => ({
  user: { id: createHash('md5').update(String(at)).digest('hex'), name: `person-${at}`, roles: ['user'] },
  cart: { 'enamel-mug': 1, 'wool-blanket': 2, 'paper-notebook': 1 },
  preferences: { theme: 'dark', language: 'en' },
});

const token = (bytes: number): string => randomBytes(bytes).toString('base64url');

async function fill(backend: Backend): Promise<void> {
  for (let from = 0; from < SESSIONS; from += TOGETHER) {
    const some = Array.from({ length: TOGETHER }, (_, at) => create(backend, from + at));
    await Promise.all(some);
  }
}

const device = {
  ip: '203.0.113.57',
  userAgent: 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36',
};

const create = ({ store }: Backend, at: number) =>
  store.create({
    key: token(32),
    publicId: token(12),
    proof: token(32),
    attributes: attributes(at),
    device,
    idleSeconds: 1800,
    absoluteSeconds: 28_800,
    authenticated: true,
  });

/** A long deadline: only sizes are measured, not times. */
const environment = (databaseUrl: string, redisUrl: string) => ({
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  SESSION_SECRETS: 'sizing-secret-0123456789',
  SESSION_PEPPER: 'sizing-pepper-0123456789',
  SESSION_REDIS_DEADLINE_MS: '5000',
  SESSION_POSTGRES_DEADLINE_MS: '20000',
});

let bytes: { Redis: number; Postgres: number; events: number };

beforeAll(async () => {
  const [databaseUrl, redis] = [await testDatabase(), await privateRedis()];
  await migrate(databaseUrl, []);
  const backend = createBackend(toSessionConfig(loadConfig(sessionSettings, environment(databaseUrl, redis.url))));
  onCleanup(() => backend.close());
  backend.start();
  await servingFrom(backend);
  const inRedis = createClient({ url: redis.url });
  const inPostgres = new Client({ connectionString: databaseUrl });
  await Promise.all([inRedis.connect(), inPostgres.connect()]);
  onCleanup(() => Promise.all([inRedis.close(), inPostgres.end()]));
  const used = async () => Number(/used_memory:(\d+)/.exec(await inRedis.info('memory'))![1]);
  const before = await used();
  await fill(backend);
  const size = async (table: string) => {
    const { rows } = await inPostgres.query<{ size: string }>(`SELECT pg_total_relation_size($1) AS size`, [table]);
    return Number(rows[0]!.size) / SESSIONS;
  };
  bytes = {
    Redis: ((await used()) - before) / SESSIONS,
    Postgres: await size('session'),
    events: await size('session_event'),
  };
  process.stdout.write(`bytes per session: ${JSON.stringify(bytes)}\n`);
}, 120_000);

/** Waits until Redis is trusted; until then, sessions would go to Postgres only. */
async function servingFrom(backend: Backend): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (backend.status().redis.state !== 'closed' && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

describe('a session', () => {
  it.each(['Redis', 'Postgres'] as const)('has the size in %s that docs/operations/sizing.md states', (store) => {
    expect(bytes[store]).toBeGreaterThan(stated(store) * 0.75);
    expect(bytes[store]).toBeLessThan(stated(store) * 1.25);
  });
});
