import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fetchRedis, type Program } from './redis-package.ts';
import { ServerMissingError } from './server.ts';

const run = promisify(execFile);
const OLDEST_MAJOR = 7;

/** A Redis or Valkey server that this machine can run. */
export interface RedisProgram extends Program {
  engine: 'redis' | 'valkey';
  version: string;
}

/** On PATH, else from the distribution's package. Throws ServerMissingError, which names the command that installs one. */
export async function findRedis(libraryFolder: string): Promise<RedisProgram> {
  const found =
    (await onPath('valkey-server')) ?? (await onPath('redis-server')) ?? (await probe(await fetchRedis(libraryFolder)));
  if (found) return found;
  throw new ServerMissingError(
    `No Redis or Valkey server (7 or newer) on this machine: ${await howToInstall()}, or set REDIS_URL.`,
  );
}

const onPath = (command: string) => probe({ command, env: {}, source: `${command} on PATH` });

/** The program with its version; null if it does not run or is too old. */
async function probe(program: Program | null): Promise<RedisProgram | null> {
  if (!program) return null;
  try {
    const { stdout } = await run(program.command, ['--version'], { env: { PATH: process.env['PATH'], ...program.env } });
    const [, engine, version] = /^(Valkey|Redis) server v=(\d[\d.]*)/i.exec(stdout) ?? [];
    if (!engine || !version || Number.parseInt(version) < OLDEST_MAJOR) return null;
    return { ...program, engine: engine.toLowerCase() as RedisProgram['engine'], version };
  } catch {
    return null;
  }
}

async function howToInstall(): Promise<string> {
  if (process.platform === 'darwin') return 'run `brew install valkey`';
  if (process.platform === 'win32') return 'run it in WSL or a container (for example `docker run -p 6379:6379 valkey/valkey`)';
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (/\b(debian|ubuntu)\b/i.test(release)) return 'run `sudo apt-get install redis-server`';
  if (/\balpine\b/i.test(release)) return 'run `apk add valkey`';
  if (/\b(fedora|rhel|centos)\b/i.test(release)) return 'run `sudo dnf install valkey`';
  return 'install Valkey with the package manager of this machine';
}
