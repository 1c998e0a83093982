/** The parts `lookup` and `scale`: the stores alone, with 1 thousand to 1 million sessions in them. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import { program } from '../build.ts';
import type { Options } from '../harness/options.ts';
import { runProgram } from '../harness/programs.ts';
import { Server } from '../harness/server.ts';
import { median, round } from '../harness/statistics.ts';
import type { BenchStores } from '../harness/stores.ts';
import { markdownTable } from '../report/table.ts';
import { BATON_ENV } from '../stacks.ts';

export interface Figures {
  perSecond: number;
  p50Us: number;
  p99Us: number;
}

export interface Filled {
  sessions: number;
  env: Record<string, string>;
  database: string;
  redisBytes: number;
  postgresBytes: number;
  keysFile: string;
  cookies: string[];
}

export interface Lookups {
  sessions: number;
  figures: Record<string, Figures>;
  /** Time of one near-cache hit; null if not measured. */
  nearUs: number | null;
}

const NEAR_CACHE_MS = 1000;

async function redisBytes(stores: BenchStores): Promise<number> {
  return Number(/used_memory_dataset:(\d+)/.exec(await stores.redisInfo('memory'))![1]);
}

/** Sessions in new databases. A server must run meanwhile, because it decides which Redis to trust. */
export async function fill(stores: BenchStores, sessions: number): Promise<Filled> {
  const { redisUrl, databaseUrl } = await stores.fresh(`scale${sessions}`);
  const keysFile = join(tmpdir(), `baton-bench-keys-${process.pid}-${sessions}.json`);
  const env = { ...BATON_ENV, REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
  const server = await Server.start({ program: program('baton'), env });
  try {
    const before = await redisBytes(stores);
    const cookies = await runProgram<string[]>(program('seed-baton'), { ...env, SESSIONS: String(sessions), KEYS_OUT: keysFile });
    const database = new URL(databaseUrl).pathname.slice(1);
    return {
      sessions,
      env,
      database,
      keysFile,
      cookies,
      redisBytes: round(((await redisBytes(stores)) - before) / sessions, 0),
      postgresBytes: round((await stores.tableBytes(databaseUrl, 'session')) / sessions, 0),
    };
  } finally {
    await server.stop();
  }
}

export const forget = ({ keysFile }: Filled): void => rmSync(keysFile, { force: true });

export async function lookUp({ env, keysFile, sessions }: Filled, { rounds, seconds }: Options): Promise<Lookups> {
  const settings = {
    KEYS: keysFile,
    ROUNDS: String(rounds),
    SECONDS: String(seconds),
    SESSION_NEAR_CACHE_MS: String(NEAR_CACHE_MS),
  };
  const answer = await runProgram<{ figures: Record<string, Figures[]>; nearUs: number | null }>(
    program('lookup'),
    { ...env, ...settings },
    { measured: true },
  );
  const middle = (figures: Figures[], pick: (figure: Figures) => number) => round(median(figures.map(pick)), 1);
  const figures = Object.entries(answer.figures).map(([name, rows]) => {
    const one = {
      perSecond: middle(rows, (row) => row.perSecond),
      p50Us: middle(rows, (row) => row.p50Us),
      p99Us: middle(rows, (row) => row.p99Us),
    };
    return [name, one] as const;
  });
  return { sessions, figures: Object.fromEntries(figures), nearUs: answer.nearUs };
}

export function lookupTable(results: Lookups[]): string {
  const head = ['sessions', 'lookup, 50 at a time', 'per second', 'p50 µs', 'p99 µs'];
  const rows = results.flatMap(({ sessions, figures, nearUs }) => [
    ...Object.entries(figures).map(([name, { perSecond, p50Us, p99Us }]) => [
      sessions.toLocaleString('en'),
      name,
      perSecond,
      p50Us,
      p99Us,
    ]),
    ...(nearUs === null
      ? []
      : [[sessions.toLocaleString('en'), 'Baton, near cache hit', round(1e6 / nearUs, 0), round(nearUs, 2), '']]),
  ]);
  return markdownTable(head, rows);
}

const LOOKUP_SESSIONS = 10_000;

export async function lookup(stores: BenchStores, options: Options): Promise<string> {
  const filled = await fill(stores, LOOKUP_SESSIONS);
  try {
    return lookupTable([await lookUp(filled, options)]);
  } finally {
    forget(filled);
  }
}
