import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fetchRedis } from './redis-package.ts';
import { ServerMissingError } from './server.ts';

const run = promisify(execFile);
const OLDEST_MAJOR = 7;

/** A Redis or Valkey server that this machine can run. */
export interface RedisProgram {
  command: string;
  env: Record<string, string>;
  engine: 'redis' | 'valkey';
  version: string;
  source: string;
}

/** On PATH, or fetched before, or fetched now. Throws ServerMissingError with the one command that helps. */
export async function findRedis(libraryFolder: string): Promise<RedisProgram> {
  const found = (await onPath('valkey-server')) ?? (await onPath('redis-server')) ?? (await fetched(libraryFolder));
  if (found) return found;
  throw new ServerMissingError(
    `No Redis or Valkey server (7 or newer) on this machine: ${await howToInstall()}, or set REDIS_URL.`,
  );
}

async function onPath(command: string): Promise<RedisProgram | null> {
  return probe({ command, env: {}, source: `${command} on PATH` });
}

async function fetched(libraryFolder: string): Promise<RedisProgram | null> {
  const files = await fetchRedis(libraryFolder);
  return (
    files &&
    probe({
      command: files.command,
      env: { LD_LIBRARY_PATH: files.libraries },
      source: `${files.packageName}, fetched into .local`,
    })
  );
}

async function probe(program: Pick<RedisProgram, 'command' | 'env' | 'source'>): Promise<RedisProgram | null> {
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
