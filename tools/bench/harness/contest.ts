/** Alternating rounds: every stack has its turn in every round, so that a slow minute of the machine hits all of them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Stack } from '../stacks.ts';
import { runLoad, type LoadResult, type Workload } from './load.ts';
import type { Options } from './options.ts';
import { seed } from './seed.ts';
import { Server } from './server.ts';
import { percentile, sorted } from './statistics.ts';
import { type BenchStores, difference, type StoreCounts } from './stores.ts';
import { Visitors } from './visitors.ts';

export type Scenario = 'read' | 'write';

export interface Sample {
  cpuMsPer1000: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  storeCommands: StoreCounts;
  storeCommandsPerRequest: number;
  rssMb: number;
}

export interface Contestant {
  stack: Stack;
  server: Server;
  visitors: Visitors;
}

const DEFAULT_VISITORS = 1000;

export async function enter(stack: Stack, stores: BenchStores): Promise<Contestant> {
  const { redisUrl, databaseUrl } = await stores.fresh(stack.name);
  const env = { ...stack.env, REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
  if (stack.migrate) await promisify(execFile)(process.execPath, [stack.migrate], { env: { PATH: process.env.PATH, ...env } });
  const server = await Server.start({ program: stack.program, env });
  return { stack, server, visitors: await admit(stack, server, env) };
}

async function admit(
  { seed: seedProgram, visitors = DEFAULT_VISITORS }: Stack,
  { port }: Server,
  env: Record<string, string>,
): Promise<Visitors> {
  if (seedProgram) return new Visitors(port, await seed(seedProgram, visitors, env));
  return Visitors.signIn(port, visitors);
}

function workload({ stack, visitors }: Contestant, scenario: Scenario, connections: number): Workload {
  if (scenario === 'write') return visitors.adding(stack.write, connections);
  return visitors.reading(stack.read, connections, stack.uniform ? 'random' : 'own');
}

/** One round of one stack. */
async function measure(contestant: Contestant, stores: BenchStores, work: Workload, options: Options): Promise<Sample> {
  const { server } = contestant;
  const { connections, seconds } = options;
  const storesBefore = await stores.counts();
  const before = await server.usage();
  const load = await runLoad({ port: server.port, connections, seconds, ...work });
  const after = await server.usage();
  const asked = difference(storesBefore, await stores.counts());
  refuseFailures(contestant.stack, load);
  return { ...toSample(load, after.cpuMs - before.cpuMs, asked), rssMb: after.rssBytes / 2 ** 20 };
}

function refuseFailures({ name }: Stack, { statuses, broken }: LoadResult): void {
  const failed = Object.keys(statuses).filter((status) => Number(status) >= 300);
  if (failed.length || broken) throw new Error(`${name} answered ${JSON.stringify(statuses)}, ${broken} connections broke.`);
}

function toSample(load: LoadResult, cpuMs: number, asked: StoreCounts): Omit<Sample, 'rssMb'> {
  const latencies = sorted(load.latenciesMs);
  const perRequest = Object.fromEntries(Object.entries(asked).map(([name, count]) => [name, count / load.requests]));
  return {
    cpuMsPer1000: (cpuMs / load.requests) * 1000,
    requestsPerSecond: load.requests / load.seconds,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    storeCommands: perRequest,
    storeCommandsPerRequest: Object.values(perRequest).reduce((sum, count) => sum + count, 0),
  };
}

export async function contest(
  scenario: Scenario,
  contestants: Contestant[],
  stores: BenchStores,
  options: Options,
): Promise<Map<string, Sample[]>> {
  const works = new Map(contestants.map((contestant) => [contestant, workload(contestant, scenario, options.connections)]));
  const samples = new Map<string, Sample[]>(contestants.map(({ stack }) => [stack.name, []]));
  for (const [{ server }, work] of works) {
    await runLoad({ port: server.port, connections: options.connections, seconds: options.warmUpSeconds, ...work });
  }
  for (let round = 1; round <= options.rounds; round++) {
    process.stderr.write(`${scenario}, round ${round} of ${options.rounds}\n`);
    for (const [contestant, work] of works) {
      samples.get(contestant.stack.name)!.push(await measure(contestant, stores, work, options));
    }
  }
  return samples;
}
