import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createClient } from 'redis';
import { startPostgres } from '../local/postgres.ts';
import { startRedis } from '../local/redis.ts';
import { supervisor } from '../local/supervisor.ts';

const { Client } = pg;
const clientOf = (url: string) => createClient({ url });
type RealRedis = ReturnType<typeof clientOf>;

/** A connection to Postgres that is used by one schedule after the other: to connect takes longer than ten statements. */
export interface RealConnection {
  readonly client: pg.Client;
  readonly pid: number;
  isReadOnly: boolean;
}

/** The real stores of one schedule at a time. No schedule sees a connection to them fail: failures are the scheduler's. */
export class Servers {
  readonly redis: RealRedis;
  readonly admin: pg.Client;
  readonly url: string;
  private readonly idle: RealConnection[] = [];

  constructor(redis: RealRedis, admin: pg.Client, url: string) {
    [this.redis, this.admin, this.url] = [redis, admin, url];
  }

  async take(): Promise<RealConnection> {
    const known = this.idle.pop();
    if (known !== undefined) return known;
    const client = new Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return { client, pid: rows[0]!.pid, isReadOnly: false };
  }

  /** Ends what its last user left open. */
  async giveBack(connection: RealConnection, isOpen: boolean): Promise<void> {
    if (isOpen) await connection.client.query('ROLLBACK');
    this.idle.push(connection);
  }

  async cancel({ pid }: RealConnection): Promise<void> {
    await this.admin.query('SELECT pg_cancel_backend($1)', [pid]);
  }

  /** Whether a statement waits for a lock that another transaction holds. */
  async isBlocked({ pid }: RealConnection): Promise<boolean> {
    const { rows } = await this.admin.query<{ blocked: boolean }>('SELECT cardinality(pg_blocking_pids($1)) > 0 AS blocked', [
      pid,
    ]);
    return rows[0]!.blocked;
  }

  /** By the clock of Postgres. */
  async now(): Promise<string> {
    const { rows } = await this.admin.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
    return rows[0]!.now;
  }

  /** Every schedule begins with empty stores. */
  async empty(): Promise<void> {
    await this.redis.flushDb();
    await this.admin.query(`DELETE FROM session; DELETE FROM session_event;
      UPDATE session_cache SET generation = 1, identity = NULL, created_after = '-infinity',
        beat_at = NULL, copy_at = NULL, away_epoch = 0, drained_epoch = 0`);
  }

  async close(): Promise<void> {
    this.redis.destroy();
    await Promise.all([this.admin.end(), ...this.idle.map(({ client }) => client.end())]);
  }
}

/** Starts a Redis and a Postgres, with a database of each for every schedule that runs at the same time. */
export async function startServers(
  count: number,
  migrate: (url: string) => Promise<unknown>,
  scripts: readonly string[],
): Promise<{ lanes: Servers[]; close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-explore-'));
  supervisor.removeAtEnd(folder);
  const redisServer = await startRedis({ dataFolder: join(folder, 'redis'), args: ['--save', '', '--appendonly', 'no'] });
  // A deadlock would be a finding; nobody has to wait a second for it.
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', deadlock_timeout: '20ms' };
  const { url } = await startPostgres({ dataFolder: join(folder, 'postgres'), settings });
  const lanes = await Promise.all(Array.from({ length: count }, (_, i) => lane(redisServer.url, url, i)));
  for (const { url: database } of lanes) await migrate(database);
  for (const script of scripts) await lanes[0]!.redis.scriptLoad(script);
  const close = async () => {
    await Promise.all(lanes.map((each) => each.close()));
    await supervisor.close();
  };
  return { lanes, close };
}

async function lane(redisUrl: string, postgresUrl: string, number: number): Promise<Servers> {
  const redis = clientOf(`${redisUrl}/${number}`);
  await redis.connect();
  const owner = new Client({ connectionString: postgresUrl });
  await owner.connect();
  await owner.query(`CREATE DATABASE explore_${number}`);
  await owner.end();
  const url = Object.assign(new URL(postgresUrl), { pathname: `/explore_${number}` }).href;
  const admin = new Client({ connectionString: url });
  await admin.connect();
  return new Servers(redis, admin, url);
}
