import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { supervisor } from '../../local/supervisor.ts';
import { LOOPBACK } from '../../local/ports.ts';
import { type App, Member } from './member.ts';
import { PostgresServer } from './postgres-server.ts';
import { RedisServer } from './redis-server.ts';

export type Stack = 'baton' | 'stock';

export interface ClusterOptions {
  auths: number;
  portals: number;
  /** `stock`: express-session over connect-redis as most people use it, instead of Baton. */
  stack?: Stack;
  /** For every replica: SESSION_STRATEGY and the like. */
  env?: Record<string, string>;
}

const SETTINGS = {
  BIND_ADDRESS: LOOPBACK,
  COOKIE_SECURE: 'false',
  LOG_LEVEL: 'warn',
  SESSION_SECRETS: 'chaos-secret-chaos-secret-chaos-secret-1',
  SESSION_PEPPER: 'chaos-pepper-chaos-pepper-chaos-pepper-1',
};

/** Real stores and real replicas of one run's own, to be broken at will. */
export class Cluster {
  readonly folder: string;
  readonly postgres: PostgresServer;
  redis: RedisServer;
  readonly members: Member[];

  private constructor(folder: string, postgres: PostgresServer, redis: RedisServer, members: Member[]) {
    this.folder = folder;
    this.postgres = postgres;
    this.redis = redis;
    this.members = members;
  }

  static async start({ auths, portals, stack = 'baton', env = {} }: ClusterOptions): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), 'baton-chaos-'));
    supervisor.removeAtEnd(folder);
    const [postgres, redis] = await Promise.all([
      PostgresServer.start(join(folder, 'postgres')),
      RedisServer.start(join(folder, 'redis')),
    ]);
    if (stack === 'baton') await migrate(postgres.url);
    const members = [...numbered('auth', auths), ...numbered('portal', portals)];
    const common = { postgresUrl: postgres.url, redisPort: redis.port, env: { ...SETTINGS, ...env }, logFolder: folder };
    const started = members.map(({ app, name }) => Member.start({ app, name, script: scriptOf(app, stack), ...common }));
    return new Cluster(folder, postgres, redis, await Promise.all(started));
  }

  of(app: App): Member[] {
    return this.members.filter((member) => member.app === app);
  }

  /** The replica of Redis takes its place, and everybody is led there. */
  async promote(replica: RedisServer): Promise<void> {
    await replica.command('REPLICAOF', 'NO', 'ONE');
    this.redis = replica;
    for (const { links } of this.members) links.redis.aim(replica.port);
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map((member) => member.close()));
    await Promise.all([this.redis.kill(), this.postgres.kill()]);
    await supervisor.close();
  }
}

const numbered = (app: App, count: number) => Array.from({ length: count }, (_, index) => ({ app, name: `${app}-${index + 1}` }));

const root = resolve(import.meta.dirname, '../../..');

const scriptOf = (app: App, stack: Stack) =>
  join(root, stack === 'stock' ? 'tools/chaos/stock/app.ts' : `dist/apps/${app}/main.js`);

async function migrate(databaseUrl: string): Promise<void> {
  const script = join(root, 'dist/apps/auth/migrate.js');
  await promisify(execFile)(process.execPath, [script], {
    env: { ...SETTINGS, PATH: process.env['PATH'], DATABASE_URL: databaseUrl },
  });
}
