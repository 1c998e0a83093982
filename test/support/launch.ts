import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunFile } from '../../tools/local/folder.ts';
import { type Exit, supervisor } from '../../tools/local/supervisor.ts';
import { onCleanup } from './cleanup.ts';
import { temporaryFolder } from './servers.ts';

export interface Launched {
  pid: number;
  exited: Promise<Exit>;
  /** The output so far. */
  printed(): string;
  /** Resolves when all replicas serve. */
  run(): Promise<RunFile>;
  /** The current contents of its run.json. */
  currentRun(): RunFile | null;
}

const TIMEOUT_MS = 120_000;

/** Runs `npm start` with these options in a separate folder. */
export async function launch(folder: string, args: string[], env: Record<string, string> = {}): Promise<Launched> {
  const logFile = join(temporaryFolder('launch'), 'launcher.log');
  const launcher = await supervisor.start({
    command: process.execPath,
    args: [resolve(import.meta.dirname, '../../tools/local/main.ts'), ...args],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], BATON_LOCAL_FOLDER: folder, ...env },
    logFile,
    stage: 'application',
  });
  onCleanup(() => launcher.stop());
  const printed = () => readFileSync(logFile, 'utf8');
  const runFile = join(folder, 'run.json');
  const currentRun = () => (existsSync(runFile) ? (JSON.parse(readFileSync(runFile, 'utf8')) as RunFile) : null);
  const run = async () => {
    const deadline = performance.now() + TIMEOUT_MS;
    for (let found = currentRun(); ; found = currentRun()) {
      if (found?.launcher.pid === launcher.pid) return found;
      if (launcher.exit || performance.now() > deadline) throw new Error(`The launcher did not start:\n${printed()}`);
      await pause(50);
    }
  };
  return { pid: launcher.pid, exited: launcher.exited, printed, run, currentRun };
}
