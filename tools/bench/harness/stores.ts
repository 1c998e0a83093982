/** Redis and Postgres of one run, on the cores that do not serve, and the number of commands they received. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool, type QueryResultRow } from 'pg';
import { createClient } from 'redis';
import { startPostgres } from '../../local/postgres.ts';
import { startRedis } from '../../local/redis.ts';
import { countCommands } from './monitor.ts';

type Running = Awaited<ReturnType<typeof startPostgres>>;

export interface Addresses {
  redisUrl: string;
  databaseUrl: string;
}

/** Redis commands by name; all Postgres statements as `postgres`. */
export type StoreCounts = Record<string, number>;

const STATEMENTS = `SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements
  WHERE toplevel AND dbid = (SELECT oid FROM pg_database WHERE datname = $1)`;

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
    this.versions = { [`${redis.engine}-server`]: redis.version, 'postgres-server': postgres.version };
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

  /** A new database in each store. */
  async fresh(name: string): Promise<Addresses> {
    const number = ++this.databases;
    const database = `bench_${number}_${name.replaceAll(/\W/g, '_')}`;
    await this.query(`CREATE DATABASE ${database}`);
    const databaseUrl = new URL(this.postgres.url);
    databaseUrl.pathname = `/${database}`;
    return { redisUrl: `${this.redis.url}/${number}`, databaseUrl: databaseUrl.href };
  }

  query<T extends QueryResultRow>(sql: string, params: unknown[] = []): Promise<T[]> {
    return this.pool.query<T>(sql, params).then(({ rows }) => rows);
  }

  redisInfo(section: string): Promise<string> {
    return this.client.info(section);
  }

  /** Runs one statement in the database of one stack. */
  async queryIn<T extends QueryResultRow>(databaseUrl: string, sql: string): Promise<T[]> {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Size of a table with its indexes and TOAST data. */
  async tableBytes(databaseUrl: string, table: string): Promise<number> {
    const [row] = await this.queryIn<{ bytes: string }>(databaseUrl, `SELECT pg_total_relation_size('${table}') AS bytes`);
    return Number(row?.bytes);
  }

  /** Counts what `work` sends to the stores: commands to one Redis database, statements to one Postgres database. */
  async count({ redisUrl, databaseUrl }: Addresses, work: () => Promise<unknown>): Promise<StoreCounts> {
    const before = await this.statements(databaseUrl);
    const redis = await countCommands(redisUrl, work);
    return { ...redis, postgres: (await this.statements(databaseUrl)) - before };
  }

  private async statements(databaseUrl: string): Promise<number> {
    const [row] = await this.query<{ calls: string }>(STATEMENTS, [new URL(databaseUrl).pathname.slice(1)]);
    return Number(row?.calls);
  }

  async stop(): Promise<void> {
    await this.pool.end();
    this.client.destroy();
    await Promise.all([this.redis.stop(), this.postgres.stop()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
