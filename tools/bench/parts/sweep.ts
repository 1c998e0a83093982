/** A million sessions expire at the same time; a server sweeps them while visitors read. */
import { setTimeout as wait } from 'node:timers/promises';
import { program } from '../build.ts';
import { runLoad } from '../harness/load.ts';
import type { Options } from '../harness/options.ts';
import { runProgram } from '../harness/programs.ts';
import { Server } from '../harness/server.ts';
import { percentile, round, sorted } from '../harness/statistics.ts';
import type { BenchStores } from '../harness/stores.ts';
import { Visitors } from '../harness/visitors.ts';
import { markdownTable } from '../report/table.ts';
import type { Filled } from './lookup.ts';

const LIVE_SESSIONS = 1000;
const LOOK_EVERY_MS = 500;
/** A server starts to sweep within half a minute. A sweep that takes longer than this is reported with the rows deleted so far. */
const LIMIT_SECONDS = 150;

const EXPIRE = `UPDATE session SET expires_at = now() - interval '1 minute', last_seen_at = now() - interval '1 day'`;

async function deletedRows(stores: BenchStores, databaseUrl: string): Promise<number> {
  const [row] = await stores.queryIn<{ deleted: string }>(
    databaseUrl,
    `SELECT n_tup_del AS deleted FROM pg_stat_user_tables WHERE relname = 'session'`,
  );
  return Number(row?.deleted);
}

async function measure(server: Server, visitors: Visitors, connections: number, until: () => boolean) {
  const latencies: number[] = [];
  const reading = visitors.reading('/session', connections);
  const next = (connection: number) => (until() ? null : reading.next(connection));
  const { requests, seconds, statuses } = await runLoad({
    port: server.port,
    connections,
    seconds: LIMIT_SECONDS,
    next,
    answered: (_c, _s, _h, ms) => void latencies.push(ms),
  });
  const ascending = sorted(latencies);
  return {
    perSecond: round(requests / seconds, 0),
    p50Ms: round(percentile(ascending, 0.5), 2),
    p99Ms: round(percentile(ascending, 0.99), 2),
    failed: requests - (statuses[200] ?? 0),
  };
}

/** From the first deleted row to the last one, or to the time limit. */
async function sweepOf(stores: BenchStores, databaseUrl: string, rows: number): Promise<{ seconds: number; deleted: number }> {
  const waitingSince = performance.now();
  let startedAt: number | null = null;
  for (;;) {
    await wait(LOOK_EVERY_MS);
    const deleted = await deletedRows(stores, databaseUrl);
    const now = performance.now();
    if (deleted > 0) startedAt ??= now;
    if (deleted >= rows || now - waitingSince > LIMIT_SECONDS * 1000)
      return { seconds: round((now - (startedAt ?? now)) / 1000, 1), deleted };
  }
}

export async function sweep(stores: BenchStores, { env, sessions }: Filled, { connections, seconds }: Options): Promise<string> {
  const databaseUrl = env.DATABASE_URL!;
  const bytesBefore = await stores.tableBytes(databaseUrl, 'session');
  await stores.queryIn(databaseUrl, EXPIRE);
  await stores.queryIn(databaseUrl, 'VACUUM ANALYZE session');
  const server = await Server.start({ program: program('baton'), env });
  try {
    const cookies = await runProgram<string[]>(program('seed-baton'), { ...env, SESSIONS: String(LIVE_SESSIONS) });
    const visitors = new Visitors(server.port, cookies);
    let over = false;
    const swept = sweepOf(stores, databaseUrl, sessions).finally(() => (over = true));
    const during = await measure(server, visitors, connections, () => over);
    const { seconds: took, deleted } = await swept;
    const calmUntil = performance.now() + seconds * 1000;
    const calm = await measure(server, visitors, connections, () => performance.now() > calmUntil);
    const head = ['', 'requests/s', 'p50 ms', 'p99 ms', 'not 200'];
    const table = markdownTable(head, [
      ['while sweeping', during.perSecond, during.p50Ms, during.p99Ms, during.failed],
      ['afterwards', calm.perSecond, calm.p50Ms, calm.p99Ms, calm.failed],
    ]);
    const deletedText = deleted.toLocaleString('en');
    const size = (bytes: number) => `${round(bytes / 2 ** 20, 0)} MB`;
    return `${deletedText} of ${sessions.toLocaleString('en')} expired rows were deleted in ${took} s (table and indexes before: ${size(bytesBefore)}).\n\n${table}`;
  } finally {
    await server.stop();
  }
}
