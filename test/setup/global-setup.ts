import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { supervisor } from '../../tools/local/supervisor.ts';
import { startPostgres } from '../../tools/local/postgres.ts';
import { startRedis } from '../../tools/local/redis.ts';

/** One real Postgres and one real Redis for the whole run, on free ports, removed when the run ends. */
export default async function startSharedServers(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-test-'));
  supervisor.removeAtEnd(folder);
  try {
    const [postgres, redis] = await Promise.all([
      startPostgres({ dataFolder: join(folder, 'postgres'), settings: { fsync: 'off', max_connections: 400 } }),
      startRedis({ dataFolder: join(folder, 'redis'), args: ['--databases', '2048', '--save', ''] }),
    ]);
    // The workers inherit the environment.
    process.env['TEST_POSTGRES_URL'] = postgres.url;
    process.env['TEST_REDIS_URL'] = redis.url;
  } catch (error) {
    await supervisor.close();
    throw error;
  }
}
