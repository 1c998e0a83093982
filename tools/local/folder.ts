import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const projectFolder = resolve(import.meta.dirname, '../..');

/**
 * The data, logs and secrets of this checkout. Delete it to start from scratch.
 * BATON_LOCAL_FOLDER moves it, to run a second system from the same sources.
 */
export const localFolder = process.env['BATON_LOCAL_FOLDER'] ?? join(projectFolder, '.local');

export interface Secrets {
  sessionSecret: string;
  sessionPepper: string;
  redisPassword: string;
}

/** Created at the first start and kept, so that sessions survive a restart. */
export function secrets(): Secrets {
  const file = join(localFolder, 'secrets.json');
  mkdirSync(localFolder, { recursive: true });
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  const secret = () => randomBytes(32).toString('base64url');
  const made: Secrets = { sessionSecret: secret(), sessionPepper: secret(), redisPassword: secret() };
  writePrivately(file, made);
  return made;
}

export interface RunningStore {
  url: string;
  engine: string;
  version: string;
  source: string;
}

/** What is running, for scripts and tests. The file exists only while the launcher runs. */
export interface RunFile {
  url: string;
  launcher: { pid: number; url: string | null };
  stores: { redis: RunningStore | null; postgres: RunningStore };
  replicas: { app: string; name: string; pid: number; url: string }[];
}

const runFile = join(localFolder, 'run.json');

export const writeRunFile = (run: RunFile): void => writePrivately(runFile, run);

export const removeRunFile = (): void => rmSync(runFile, { force: true });

/** The launcher that is already running in this folder, if any. */
export function readRunFile(): RunFile | null {
  if (!existsSync(runFile)) return null;
  const run = JSON.parse(readFileSync(runFile, 'utf8')) as RunFile;
  return isAlive(run.launcher.pid) ? run : null;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Atomic, and readable by its owner only: it holds passwords. */
function writePrivately(file: string, content: unknown): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
