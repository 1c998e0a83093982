/** Alternating rounds: every stack runs once per round, so that a slow minute of the machine affects all of them. */
import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Stack } from '../stacks.ts';
import { runLoad, type LoadResult, type Workload } from './load.ts';
import type { Options } from './options.ts';
import { runProgram } from './programs.ts';
import { Server } from './server.ts';
import { percentile, sorted } from './statistics.ts';
import type { Addresses, BenchStores, StoreCounts } from './stores.ts';
import { Visitors } from './visitors.ts';

export type Scenario = 'read' | 'write';

export interface Sample {
  cpuMsPer1000: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  rssMb: number;
}

export interface Contestant {
  stack: Stack;
  server: Server;
  visitors: Visitors;
  addresses: Addresses;
}

/** The rounds of one stack, and the store commands per request. */
export interface Measured {
  samples: Sample[];
  perRequest: StoreCounts;
}

const DEFAULT_VISITORS = 500;
const COUNT_SECONDS = 1;
/**
 * Each session is touched once in this time, however often it is read. With a hundred thousand sessions, a shorter round would
 * measure only touches that became due during the turns of other stacks, or none.
 */
const TOUCH_INTERVAL_SECONDS = 60;
/** After the turns of the others, a server's caches are cold: its first second does not count. */
const SETTLE_SECONDS = 1;
/** A server that uses a smaller share of its core than this is idle. */
const AT_REST = 0.03;
const LOOK_MS = 300;
const PATIENCE_MS = 15_000;

export async function enter(stack: Stack, stores: BenchStores): Promise<Contestant> {
  const addresses = await stores.fresh(stack.name);
  const env = { ...stack.env, REDIS_URL: addresses.redisUrl, DATABASE_URL: addresses.databaseUrl };
  if (stack.migrate) await promisify(execFile)(process.execPath, [stack.migrate], { env: { PATH: process.env.PATH, ...env } });
  const server = await Server.start({ program: stack.program, env });
  return { stack, server, addresses, visitors: await admit(stack, server, env) };
}

async function admit(
  { seed, visitors = DEFAULT_VISITORS }: Stack,
  { port }: Server,
  env: Record<string, string>,
): Promise<Visitors> {
  if (seed) return new Visitors(port, await runProgram<string[]>(seed, { SESSIONS: String(visitors), ...env }));
  return Visitors.signIn(port, visitors);
}

export function workload({ stack, visitors }: Contestant, scenario: Scenario, connections: number): Workload {
  if (scenario === 'write') return visitors.adding(stack.write, connections, stack.change);
  return visitors.reading(stack.read, connections, stack.uniform ? 'random' : 'own');
}

/** One round of one stack; null if a request failed, because such a round has no valid figures. */
async function measure({ stack, server }: Contestant, work: Workload, options: Options): Promise<Sample | null> {
  const { connections } = options;
  const seconds = stack.uniform ? Math.max(options.seconds, TOUCH_INTERVAL_SECONDS) : options.seconds;
  await runLoad({ port: server.port, connections, seconds: SETTLE_SECONDS, ...work });
  const before = await server.usage();
  const load = await runLoad({ port: server.port, connections, seconds, ...work });
  const after = await server.usage();
  if (hasFailed(stack, load)) return null;
  const latencies = sorted(load.latenciesMs);
  return {
    cpuMsPer1000: ((after.cpuMs - before.cpuMs) / load.requests) * 1000,
    requestsPerSecond: load.requests / load.seconds,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    rssMb: after.rssBytes / 2 ** 20,
  };
}

function hasFailed({ name }: Stack, { statuses, broken }: LoadResult): boolean {
  const failed = Object.keys(statuses).some((status) => Number(status) >= 300);
  if (failed || broken)
    console.error(`${name}: round discarded: responses ${JSON.stringify(statuses)}, ${broken} broken connections`);
  return failed || broken > 0;
}

/** Work left after a turn (timers of finished commands, garbage) must not slow down the next stack. */
async function untilAtRest(server: Server): Promise<void> {
  const givesUpAt = performance.now() + PATIENCE_MS;
  let [before, since] = [await server.usage(), performance.now()];
  while (performance.now() < givesUpAt) {
    await wait(LOOK_MS);
    const [after, now] = [await server.usage(), performance.now()];
    if (after.cpuMs - before.cpuMs < (now - since) * AT_REST) return;
    [before, since] = [after, now];
  }
}

async function countStoreCommands(
  contestant: Contestant,
  stores: BenchStores,
  work: Workload,
  connections: number,
): Promise<StoreCounts> {
  let requests = 0;
  const counts = await stores.count(contestant.addresses, async () => {
    ({ requests } = await runLoad({ port: contestant.server.port, connections, seconds: COUNT_SECONDS, ...work }));
  });
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / requests]));
}

export async function contest(
  scenario: Scenario,
  contestants: Contestant[],
  stores: BenchStores,
  options: Options,
): Promise<Map<string, Measured>> {
  const { connections, warmUpSeconds, rounds } = options;
  const taking = contestants.filter(({ stack }) => scenario === 'read' || !stack.uniform);
  const works = new Map(taking.map((contestant) => [contestant, workload(contestant, scenario, connections)]));
  const results = new Map<string, Measured>();
  for (const [contestant, work] of works) {
    await runLoad({ port: contestant.server.port, connections, seconds: warmUpSeconds, ...work });
    const perRequest = await countStoreCommands(contestant, stores, work, connections);
    results.set(contestant.stack.name, { samples: [], perRequest });
  }
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`${scenario}, round ${round} of ${rounds}\n`);
    // Who comes after whom must not decide.
    const turns = round % 2 === 1 ? [...works] : [...works].toReversed();
    for (const [contestant, work] of turns) {
      const sample = await measure(contestant, work, options);
      if (sample) results.get(contestant.stack.name)!.samples.push(sample);
      await untilAtRest(contestant.server);
    }
  }
  return results;
}
