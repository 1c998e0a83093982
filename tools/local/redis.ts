import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { type Supervisor, supervisor as ownSupervisor } from './supervisor.ts';
import { freePort, LOOPBACK } from './ports.ts';
import { findRedis, type RedisProgram } from './redis-program.ts';
import { type Server, untilReady } from './server.ts';

export { findRedis };

export interface RedisOptions {
  /** Kept between starts; the dump lies in a folder per engine and major version (Valkey refuses dumps of Redis 8). */
  dataFolder: string;
  /** Default: a free one. */
  port?: number;
  /** A configuration file, which the command line options override. Sentinel needs one that it may write to. */
  configFile?: string;
  /** Further command line options, for example `['--maxmemory', '10mb']`. */
  args?: string[];
  password?: string;
  program?: RedisProgram;
  supervisor?: Supervisor;
}

/** Where a server that had to be fetched is kept: once per copy of the project. */
export const redisLibraryFolder = resolve(import.meta.dirname, '../../.local/redis-server');

/** Starts Valkey or Redis, reachable from this machine only. */
export async function startRedis(options: RedisOptions): Promise<Server> {
  const { dataFolder, configFile, args = [], password, supervisor = ownSupervisor } = options;
  const program = options.program ?? (await findRedis(redisLibraryFolder));
  const port = options.port ?? (await freePort());
  const home = join(resolve(dataFolder), `${program.engine}-${program.version.split('.')[0]}`);
  mkdirSync(home, { recursive: true });
  const logFile = join(resolve(dataFolder), 'redis.log');
  const process_ = await supervisor.start({
    command: program.command,
    args: [
      ...(configFile ? [configFile] : []),
      '--bind',
      LOOPBACK,
      '--port',
      String(port),
      '--dir',
      home,
      ...(password ? ['--requirepass', password] : []),
      ...args,
    ],
    env: { PATH: process.env['PATH'], ...program.env },
    logFile,
  });
  await untilReady(process_, () => ping(port, password), 'Redis', logFile);
  const url = `redis://${password ? `:${password}@` : ''}${LOOPBACK}:${port}`;
  const { engine, version, source } = program;
  return Object.assign(process_, { url, port, engine, version, source, dataFolder });
}

/** Answered with +PONG only when the data has been loaded. */
function ping(port: number, password?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, LOOPBACK, () => socket.write(`${password ? `AUTH ${password}\r\n` : ''}PING\r\n`));
    let answer = '';
    socket.setTimeout(1000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (bytes) => {
      answer += String(bytes);
      if (answer.includes('+PONG')) resolve(void socket.destroy());
      else if (answer.includes('-')) socket.destroy(new Error(answer.trim()));
    });
    socket.on('error', reject).on('close', () => reject(new Error('closed')));
  });
}
