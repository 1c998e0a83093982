import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createClient } from 'redis';
import { supervisor } from '../../tools/local/supervisor.ts';
import { type PostgresOptions, startPostgres } from '../../tools/local/postgres.ts';
import { type RedisOptions, startRedis } from '../../tools/local/redis.ts';
import type { Server } from '../../tools/local/server.ts';
import { onCleanup } from './cleanup.ts';

/** A fresh, empty database on the shared Postgres. Never stop or freeze the shared server: use `privatePostgres`. */
export async function testDatabase(options: { template?: string } = {}): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = options.template ? ` TEMPLATE ${options.template}` : '';
  await onSharedPostgres((client) => client.query(`CREATE DATABASE ${name}${template}`));
  const url = new URL(sharedUrl('TEST_POSTGRES_URL'));
  url.pathname = `/${name}`;
  return url.href;
}

/** An empty numbered database of the shared Redis. Never stop, freeze or FLUSHALL the shared server: use `privateRedis`. */
export async function testRedis(): Promise<{ url: string }> {
  const url = sharedUrl('TEST_REDIS_URL');
  const client = createClient({ url });
  await client.connect();
  const number = await client.incr('databases taken');
  client.destroy();
  return { url: `${url}/${number}` };
}

/** A Postgres that only this test uses, to freeze, kill and restart (same folder, same port). */
export async function privatePostgres(options: Partial<PostgresOptions> = {}): Promise<Server> {
  const dataFolder = options.dataFolder ?? temporaryFolder('postgres');
  return ended(await startPostgres({ settings: { fsync: 'off' }, ...options, dataFolder }));
}

/** A Redis that only this test uses, to freeze, flush, kill and restart (same folder and port, with its last dump). */
export async function privateRedis(options: Partial<RedisOptions> = {}): Promise<Server> {
  const dataFolder = options.dataFolder ?? temporaryFolder('redis');
  return ended(await startRedis({ ...options, dataFolder }));
}

export async function onSharedPostgres<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: sharedUrl('TEST_POSTGRES_URL') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Removed at the end of the test run. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `baton-test-${name}-`));
  supervisor.removeAtEnd(folder);
  return folder;
}

function ended(server: Server): Server {
  onCleanup(() => server.kill());
  return server;
}

function sharedUrl(variable: 'TEST_POSTGRES_URL' | 'TEST_REDIS_URL'): string {
  const url = process.env[variable];
  if (!url) throw new Error(`${variable} is not set: run tests with npm run jest, which starts the servers.`);
  return url;
}
