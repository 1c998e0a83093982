/** The part `profile`: where the CPU of one request goes, as text. */
import type { Profiler } from 'node:inspector';
import { enter, workload, type Contestant, type Scenario } from '../harness/contest.ts';
import { runLoad } from '../harness/load.ts';
import type { Options } from '../harness/options.ts';
import { round } from '../harness/statistics.ts';
import type { BenchStores } from '../harness/stores.ts';
import { markdownTable } from '../report/table.ts';
import { STACKS, type Stack } from '../stacks.ts';

const PROFILED = ['ceiling', 'stock', 'baton', 'baton-near'];
const SCENARIOS = ['read', 'write'] as const;
const TOP = 25;

/** The owner of a function: its package, a folder of Baton, Node itself, or the engine. */
function ownerOf({ url, functionName }: Profiler.ProfileNode['callFrame']): string {
  const packages = url.split('node_modules/');
  if (packages.length > 1)
    return packages
      .at(-1)!
      .split('/')
      .slice(0, packages.at(-1)!.startsWith('@') ? 2 : 1)
      .join('/');
  if (url.startsWith('node:'))
    return `node:${
      url
        .slice(5)
        .replace(/^internal\//, '')
        .split('/')[0]
    }`;
  if (url.includes('tools/bench/dist')) return 'Baton and the route';
  return functionName.startsWith('(') ? functionName : 'engine and native';
}

/** Idle time, and the profiler itself. */
const NOT_SERVING = new Set(['(idle)', 'node:inspector', 'post · node:inspector']);

function selfTimes(profile: Profiler.Profile, name: (frame: Profiler.ProfileNode['callFrame']) => string): [string, number][] {
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const times = new Map<string, number>();
  profile.samples?.forEach((id, index) => {
    const label = name(frames.get(id)!);
    if (!NOT_SERVING.has(label)) times.set(label, (times.get(label) ?? 0) + (profile.timeDeltas?.[index] ?? 0));
  });
  return [...times].sort(([, a], [, b]) => b - a);
}

const frameName = (frame: Profiler.ProfileNode['callFrame']): string =>
  frame.functionName === '(idle)' ? '(idle)' : `${frame.functionName || '(anonymous)'} · ${ownerOf(frame)}`;

function table(head: string, times: [string, number][], requests: number): string {
  const total = times.reduce((sum, [, time]) => sum + time, 0);
  const rows = times
    .slice(0, TOP)
    .map(([label, time]) => [label, round(time / requests, 2), `${round((time / total) * 100, 1)}%`]);
  return markdownTable([head, 'µs per request', 'share'], rows);
}

async function profileStack(stack: Stack, stores: BenchStores, options: Options): Promise<string> {
  const contestant = await enter(stack, stores);
  const texts: string[] = [];
  for (const scenario of SCENARIOS) texts.push(await profileScenario(contestant, scenario, options));
  await contestant.server.stop();
  return texts.join('\n\n');
}

async function profileScenario(contestant: Contestant, scenario: Scenario, options: Options): Promise<string> {
  const { server, stack } = contestant;
  const { connections, seconds, warmUpSeconds } = options;
  const load = { port: server.port, connections, ...workload(contestant, scenario, connections) };
  await runLoad({ ...load, seconds: warmUpSeconds });
  let requests = 0;
  const profile = await server.profile(async () => {
    ({ requests } = await runLoad({ ...load, seconds }));
  });
  const byOwner = table('where', selfTimes(profile, ownerOf), requests);
  const byFunction = table('function', selfTimes(profile, frameName), requests);
  return `## ${scenario}: ${stack.title}\n\n${requests} requests\n\n${byOwner}\n\n${byFunction}`;
}

export async function profiles(stores: BenchStores, options: Options): Promise<string> {
  const texts: string[] = [];
  for (const stack of STACKS.filter(({ name }) => (options.stacks.length ? options.stacks : PROFILED).includes(name))) {
    texts.push(await profileStack(stack, stores, options));
  }
  return texts.join('\n\n');
}
