import { join } from 'node:path';
import { Client } from 'pg';
import { createClient } from 'redis';
import { localFolder, type RunningStore, type Secrets } from './folder.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { type Server, ServerMissingError } from './server.ts';

/** A store of this run. `server` is null when the launcher did not start it. */
export interface Store extends RunningStore {
  server: Server | null;
  /** Starts the stopped server again, on its port and with its data. */
  restart(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5000;

/** The server at DATABASE_URL, or an embedded Postgres. */
export async function openPostgres(databaseUrl: string | undefined): Promise<Store> {
  if (databaseUrl) return foreign(databaseUrl, 'postgres', await postgresVersion(databaseUrl), 'DATABASE_URL');
  const dataFolder = join(localFolder, 'postgres');
  return own(await startPostgres({ dataFolder, settings }), (port) => startPostgres({ dataFolder, port, settings }));
}

const settings = { max_connections: 300 };

/** The server at REDIS_URL, or a local Redis. Null for `none` and when there is no Redis: the apps then run on Postgres alone. */
export async function openRedis(
  redisUrl: string | undefined,
  { redisPassword }: Secrets,
  tell: (text: string) => void,
): Promise<Store | null> {
  if (redisUrl === 'none') return null;
  if (redisUrl) return foreign(redisUrl, ...(await redisVersion(redisUrl)), 'REDIS_URL');
  const options = { dataFolder: join(localFolder, 'redis'), password: redisPassword };
  try {
    return own(await startRedis(options), (port) => startRedis({ ...options, port }));
  } catch (error) {
    if (!(error instanceof ServerMissingError)) throw error;
    tell(`${error.message}\nContinuing on Postgres alone.`);
    return null;
  }
}

function own(first: Server, start: (port: number) => Promise<Server>): Store {
  const { url, engine, version, source } = first;
  const store: Store = { url, engine, version, source, server: first, restart };
  async function restart() {
    store.server = await start(first.port);
  }
  return store;
}

function foreign(url: string, engine: string, version: string, source: string): Store {
  const restart = () => Promise.reject(new Error(`The launcher does not run the server at ${source}.`));
  return { url, engine, version, source, server: null, restart };
}

async function postgresVersion(url: string): Promise<string> {
  try {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    await client.end();
    return rows[0]!.server_version;
  } catch (error) {
    throw new ServerMissingError(`Cannot connect to Postgres at DATABASE_URL: ${reason(error)}.`, { cause: error });
  }
}

async function redisVersion(url: string): Promise<[engine: string, version: string]> {
  try {
    const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: CONNECT_TIMEOUT_MS } });
    client.on('error', () => undefined);
    await client.connect();
    const info = await client.info('server');
    client.destroy();
    const valkey = /valkey_version:(\S+)/.exec(info)?.[1];
    return valkey ? ['valkey', valkey] : ['redis', /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'];
  } catch (error) {
    throw new ServerMissingError(`Cannot connect to Redis at REDIS_URL: ${reason(error)}.`, { cause: error });
  }
}

/** The driver's message, which holds no password, without its trailing dot. */
function reason(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return (message || code || 'no response').replace(/\.$/, '');
}
