import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, builtFile, migrateDatabase } from '../built.ts';
import { supervisor } from '../../../tools/local/supervisor.ts';
import { LOOPBACK } from '../../../tools/local/ports.ts';
import { UNLIMITED } from '../replicas.ts';
import { Member } from './member.ts';
import { PostgresServer } from './postgres-server.ts';
import { RedisServer } from './redis-server.ts';

export interface ClusterOptions {
  auths: number;
  portals: number;
  /** Programs to run instead of Baton's apps; the database then stays empty. */
  scripts?: Record<App, string>;
  /** Environment of every replica, such as SESSION_STRATEGY. */
  env?: Record<string, string>;
  /** How far the clocks of some replicas are ahead, in milliseconds, by name of the replica. */
  clockSkewMs?: Record<string, number>;
  /** The replicas connect as a role of their own, which may have this many connections. */
  connectionLimit?: number;
}

const SETTINGS = {
  BIND_ADDRESS: LOOPBACK,
  COOKIE_SECURE: 'false',
  LOG_LEVEL: 'warn',
  ...UNLIMITED,
  SESSION_SECRETS: 'test-secret-test-secret-test-secret-0001',
  SESSION_PEPPER: 'test-pepper-test-pepper-test-pepper-0001',
};

/** Replicas and private stores that a test may break. */
export class Cluster {
  readonly folder: string;
  postgres: PostgresServer;
  redis: RedisServer;
  readonly members: Member[];

  private constructor(folder: string, postgres: PostgresServer, redis: RedisServer, members: Member[]) {
    this.folder = folder;
    this.postgres = postgres;
    this.redis = redis;
    this.members = members;
  }

  static async start({ auths, portals, scripts, env = {}, clockSkewMs = {}, connectionLimit }: ClusterOptions): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), 'baton-chaos-'));
    supervisor.removeAtEnd(folder);
    const [postgres, redis] = await Promise.all([
      PostgresServer.start(join(folder, 'postgres')),
      RedisServer.start(join(folder, 'redis')),
    ]);
    if (!scripts) await migrateDatabase(postgres.url);
    const members = [...numbered('auth', auths), ...numbered('portal', portals)];
    const postgresUrl = connectionLimit === undefined ? postgres.url : await postgres.limitedUrl(connectionLimit);
    const common = { postgresUrl, redisPort: redis.port, logFolder: folder };
    const envOf = (name: string) => ({
      ...SETTINGS,
      ...env,
      ...(clockSkewMs[name] && { CLOCK_SKEW_MS: String(clockSkewMs[name]) }),
    });
    const started = members.map(({ app, name }) =>
      Member.start({ app, name, script: scripts?.[app] ?? builtFile(app), env: envOf(name), ...common }),
    );
    return new Cluster(folder, postgres, redis, await Promise.all(started));
  }

  of(app: App): Member[] {
    return this.members.filter((member) => member.app === app);
  }

  /** Promotes this Redis replica and points every link at it. */
  async promote(replica: RedisServer): Promise<void> {
    await replica.command('REPLICAOF', 'NO', 'ONE');
    this.redis = replica;
    for (const { links } of this.members) links.redis.aim(replica.port);
  }

  /** Points every link at this Postgres, as the address of the service does after a failover. */
  failOverTo(standby: PostgresServer): void {
    this.postgres = standby;
    for (const { links } of this.members) links.postgres.aim(standby.port);
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map((member) => member.close()));
    await Promise.all([this.redis.kill(), this.postgres.kill()]);
    await supervisor.close();
  }
}

const numbered = (app: App, count: number) => Array.from({ length: count }, (_, index) => ({ app, name: `${app}-${index + 1}` }));
