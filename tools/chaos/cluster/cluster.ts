import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { guard } from '../../local/guard.ts';
import { LOOPBACK } from '../../local/ports.ts';
import { type App, Member } from './member.ts';
import { PostgresServer } from './postgres-server.ts';
import { RedisServer } from './redis-server.ts';

export interface ClusterOptions {
  auths: number;
  portals: number;
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

  static async start({ auths, portals, env = {} }: ClusterOptions): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), 'baton-chaos-'));
    guard.removeAtEnd(folder);
    const [postgres, redis] = await Promise.all([
      PostgresServer.start(join(folder, 'postgres')),
      RedisServer.start(join(folder, 'redis')),
    ]);
    await migrate(postgres.url);
    const apps: App[] = [...Array<App>(auths).fill('auth'), ...Array<App>(portals).fill('portal')];
    const common = { postgresUrl: postgres.url, redisPort: redis.port, env: { ...SETTINGS, ...env }, logFolder: folder };
    const members = await Promise.all(apps.map((app, index) => Member.start({ app, name: `${app}-${index + 1}`, ...common })));
    return new Cluster(folder, postgres, redis, members);
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
    await guard.close();
  }
}

async function migrate(databaseUrl: string): Promise<void> {
  const script = resolve(import.meta.dirname, '../../../dist/apps/auth/migrate.js');
  await promisify(execFile)(process.execPath, [script], {
    env: { ...SETTINGS, PATH: process.env['PATH'], DATABASE_URL: databaseUrl },
  });
}
