import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { supervisor } from './supervisor.ts';
import { freePort, LOOPBACK } from './ports.ts';
import { findRedis } from './redis-program.ts';
import { type Server, untilReady } from './server.ts';

export interface RedisOptions {
  /** Kept between starts. One dump per engine and major version, because Valkey refuses dumps of Redis 8. */
  dataFolder: string;
  /** Default: a free port. */
  port?: number;
  /** A configuration file, which the command line options override. Sentinel needs a writable one. */
  configFile?: string;
  /** Further command line options, for example `['--maxmemory', '10mb']`. */
  args?: string[];
  password?: string;
}

/** Where a fetched server is kept, once per checkout. */
const redisLibraryFolder = resolve(import.meta.dirname, '../../.local/redis-server');

/** Starts Valkey or Redis, reachable from this machine only. */
export async function startRedis(options: RedisOptions): Promise<Server> {
  const { dataFolder, configFile, args = [], password } = options;
  const { engine, version, source, command, env } = await findRedis(redisLibraryFolder);
  const port = options.port ?? (await freePort());
  const home = join(resolve(dataFolder), `${engine}-${version.split('.')[0]}`);
  mkdirSync(home, { recursive: true });
  const logFile = join(resolve(dataFolder), 'redis.log');
  const process_ = await supervisor.start({
    command,
    args: [...(configFile ? [configFile] : []), ...flags({ bind: LOOPBACK, port, dir: home, requirepass: password }), ...args],
    env: { PATH: process.env['PATH'], ...env },
    logFile,
  });
  await untilReady(process_, () => ping(port, password), 'Redis', logFile);
  const url = `redis://${password ? `:${password}@` : ''}${LOOPBACK}:${port}`;
  return Object.assign(process_, { url, port, engine, version, source, dataFolder });
}

const flags = (options: Record<string, string | number | undefined>): string[] =>
  Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));

/** Resolves on +PONG, which Redis sends only after it has loaded its data. */
function ping(port: number, password?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, LOOPBACK, () => socket.write(`${password ? `AUTH ${password}\r\n` : ''}PING\r\n`));
    let reply = '';
    socket.setTimeout(1000, () => socket.destroy(new Error('no reply')));
    socket.on('data', (bytes) => {
      reply += String(bytes);
      if (reply.includes('+PONG')) resolve(void socket.destroy());
      else if (reply.includes('-')) socket.destroy(new Error(reply.trim()));
    });
    socket.on('error', reject).on('close', () => reject(new Error('closed')));
  });
}
