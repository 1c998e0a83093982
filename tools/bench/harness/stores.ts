/** Redis and Postgres of one run, on the cores that do not serve, and what they were asked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool, type QueryResultRow } from 'pg';
import { createClient } from 'redis';
import { startPostgres } from '../../local/postgres.ts';
import { startRedis } from '../../local/redis.ts';

type Running = Awaited<ReturnType<typeof startPostgres>>;

/** Commands by name; those of Postgres together as `postgres`. */
export type StoreCounts = Record<string, number>;

/** What the measuring itself asks, and what is not about sessions. */
const NOT_COUNTED = new Set([
  'info',
  'ping',
  'client|setinfo',
  'client|setname',
  'client|id',
  'hello',
  'select',
  'flushdb',
  'command',
]);

const STATEMENTS = `SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements
  WHERE toplevel AND query NOT LIKE '%pg_stat_statements%'`;

const CALLS = /^cmdstat_([^:]+):calls=(\d+)/gm;

async function connectRedis(url: string) {
  return createClient({ url }).connect();
}

export class BenchStores {
  readonly redis: Running;
  readonly postgres: Running;
  readonly versions: Record<string, string>;
  private readonly folder: string;
  private readonly client: Awaited<ReturnType<typeof connectRedis>>;
  private readonly pool: Pool;
  private databases = 0;

  private constructor(folder: string, redis: Running, postgres: Running, client: Awaited<ReturnType<typeof connectRedis>>) {
    this.folder = folder;
    this.redis = redis;
    this.postgres = postgres;
    this.client = client;
    this.pool = new Pool({ connectionString: postgres.url, max: 2 });
    this.versions = { [redis.engine]: redis.version, postgres: postgres.version };
  }

  static async start(): Promise<BenchStores> {
    const folder = mkdtempSync(join(tmpdir(), 'baton-bench-'));
    const redis = await startRedis({ dataFolder: join(folder, 'redis'), args: ['--save', '', '--databases', '64'] });
    const settings = { shared_preload_libraries: 'pg_stat_statements', max_connections: 300 };
    const postgres = await startPostgres({ dataFolder: join(folder, 'postgres'), settings });
    const stores = new BenchStores(folder, redis, postgres, await connectRedis(redis.url));
    await stores.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    return stores;
  }

  /** A database in each store that nobody else uses. */
  async fresh(name: string): Promise<{ redisUrl: string; databaseUrl: string }> {
    const number = ++this.databases;
    const database = `bench_${number}_${name.replaceAll(/\W/g, '_')}`;
    await this.query(`CREATE DATABASE ${database}`);
    const databaseUrl = new URL(this.postgres.url);
    databaseUrl.pathname = `/${database}`;
    return { redisUrl: `${this.redis.url}/${number}`, databaseUrl: databaseUrl.href };
  }

  query<T extends QueryResultRow>(sql: string): Promise<T[]> {
    return this.pool.query<T>(sql).then(({ rows }) => rows);
  }

  redisInfo(section: string): Promise<string> {
    return this.client.info(section);
  }

  /** Statements count as sent; commands that a Lua script runs inside Redis count too. */
  async counts(): Promise<StoreCounts> {
    const info = await this.redisInfo('commandstats');
    const redis = Array.from(info.matchAll(CALLS), ([, name, calls]) => [name!, Number(calls)] as const);
    const [row] = await this.query<{ calls: string }>(STATEMENTS);
    return Object.fromEntries([...redis.filter(([name]) => !NOT_COUNTED.has(name)), ['postgres', Number(row?.calls)]]);
  }

  async stop(): Promise<void> {
    await this.pool.end();
    this.client.destroy();
    await Promise.all([this.redis.stop(), this.postgres.stop()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function difference(before: StoreCounts, after: StoreCounts): StoreCounts {
  const changed = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return Object.fromEntries(changed.filter(([, count]) => count > 0));
}
