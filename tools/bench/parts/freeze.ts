/** The part `freeze`: Redis is frozen (SIGSTOP: its connections stay open) while visitors read. */
import { setTimeout as wait } from 'node:timers/promises';
import { enter, type Contestant } from '../harness/contest.ts';
import { runLoad } from '../harness/load.ts';
import type { Options } from '../harness/options.ts';
import { percentile, round, sorted } from '../harness/statistics.ts';
import type { BenchStores } from '../harness/stores.ts';
import { markdownTable } from '../report/table.ts';
import { STACKS } from '../stacks.ts';

const BEFORE_SECONDS = 2;
const FROZEN_SECONDS = 3;
const AFTER_SECONDS = 3;
const FROZEN_STACKS = ['baton', 'baton-near', 'stock'];

export interface FreezeResult {
  stack: string;
  /** Responses to requests that overlapped with the freeze. */
  answers: number;
  slowestMs: number;
  p99Ms: number;
  failed: number;
  /** Requests per second before, during and after the freeze. */
  perSecond: [number, number, number];
}

interface Answer {
  at: number;
  status: number;
  latencyMs: number;
}

async function freezeRedis(stores: BenchStores): Promise<[number, number]> {
  await wait(BEFORE_SECONDS * 1000);
  process.kill(stores.redis.pid, 'SIGSTOP');
  const from = performance.now();
  await wait(FROZEN_SECONDS * 1000);
  process.kill(stores.redis.pid, 'SIGCONT');
  return [from, performance.now()];
}

async function observe({ server, visitors, stack }: Contestant, stores: BenchStores, connections: number): Promise<FreezeResult> {
  const answers: Answer[] = [];
  const answered = (_connection: number, status: number, _head: string, latencyMs: number) =>
    void answers.push({ at: performance.now(), status, latencyMs });
  const work = { ...visitors.reading(stack.read, connections), answered };
  await runLoad({ port: server.port, connections, seconds: 1, ...work });
  answers.length = 0;
  const startedAt = performance.now();
  const seconds = BEFORE_SECONDS + FROZEN_SECONDS + AFTER_SECONDS;
  const load = runLoad({ port: server.port, connections, seconds, ...work });
  const [[from, to]] = await Promise.all([freezeRedis(stores), load]);
  return judge(stack.name, answers, [startedAt, from, to, performance.now()]);
}

function judge(stack: string, answers: Answer[], [start, from, to, end]: [number, number, number, number]): FreezeResult {
  // A response delayed by the freeze counts, even if it arrived after the freeze.
  const during = answers.filter(({ at, latencyMs }) => at >= from && at - latencyMs < to);
  const latencies = sorted(during.map(({ latencyMs }) => latencyMs));
  const rate = (since: number, until: number) =>
    round((answers.filter(({ at }) => at >= since && at < until).length / (until - since)) * 1000, 0);
  return {
    stack,
    answers: during.length,
    slowestMs: round(latencies.at(-1) ?? 0, 0),
    p99Ms: round(percentile(latencies, 0.99), 1),
    failed: during.filter(({ status }) => status >= 300).length,
    perSecond: [rate(start, from), rate(from, to), rate(to, end)],
  };
}

export async function freeze(stores: BenchStores, options: Options): Promise<{ results: FreezeResult[]; text: string }> {
  const results: FreezeResult[] = [];
  for (const stack of STACKS.filter(({ name }) => FROZEN_STACKS.includes(name))) {
    const contestant = await enter(stack, stores);
    results.push(await observe(contestant, stores, options.connections));
    await contestant.server.stop();
  }
  return { results, text: describe(results) };
}

function describe(results: FreezeResult[]): string {
  const head = ['stack', 'responses', 'slowest ms', 'p99 ms', 'not 2xx', 'requests/s before', 'frozen', 'after'];
  return markdownTable(
    head,
    results.map((result) => [result.stack, result.answers, result.slowestMs, result.p99Ms, result.failed, ...result.perSecond]),
  );
}
