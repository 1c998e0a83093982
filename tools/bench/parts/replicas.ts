/** One, two and four replicas behind the local balancer: the cost of a replica under load and idle. */
import { setTimeout as wait } from 'node:timers/promises';
import { startBalancer } from '../../local/balancer/balancer.ts';
import { program } from '../build.ts';
import { runLoad } from '../harness/load.ts';
import type { Options } from '../harness/options.ts';
import { runProgram } from '../harness/programs.ts';
import { Server } from '../harness/server.ts';
import { percentile, round, sorted } from '../harness/statistics.ts';
import type { Addresses, BenchStores, StoreCounts } from '../harness/stores.ts';
import { Visitors } from '../harness/visitors.ts';
import { markdownTable, type Cell } from '../report/table.ts';
import { BATON_ENV } from '../stacks.ts';

const COUNTS = [1, 2, 4];
const VISITORS = 1000;
const IDLE_SECONDS = 4;

async function cpuMs(servers: Server[]): Promise<number> {
  const usages = await Promise.all(servers.map((server) => server.usage()));
  return usages.reduce((sum, usage) => sum + usage.cpuMs, 0);
}

async function idle(
  stores: BenchStores,
  servers: Server[],
  addresses: Addresses,
): Promise<{ cpuMs: number; asked: StoreCounts }> {
  const before = await cpuMs(servers);
  const asked = await stores.count(addresses, () => wait(IDLE_SECONDS * 1000));
  return { cpuMs: ((await cpuMs(servers)) - before) / IDLE_SECONDS, asked };
}

async function connectionsTo(stores: BenchStores, databaseUrl: string): Promise<number> {
  const database = new URL(databaseUrl).pathname.slice(1);
  const [row] = await stores.query<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}' AND backend_type = 'client backend'`,
  );
  return Number(row?.count);
}

async function measure(stores: BenchStores, count: number, env: Record<string, string>, options: Options): Promise<Cell[]> {
  const servers: Server[] = [];
  for (let i = 0; i < count; i++) servers.push(await Server.start({ program: program('baton'), env }));
  const members = servers.map(({ port }, i) => ({ name: `replica-${i + 1}`, url: `http://127.0.0.1:${port}` }));
  const balancer = await startBalancer(0, { portal: members });
  try {
    const cookies = await runProgram<string[]>(program('seed-baton'), { ...env, SESSIONS: String(VISITORS) });
    while (!members.every(({ name }) => balancer.pools.portal.health(name) === 'ready')) await wait(50);
    const visitors = new Visitors(balancer.port, cookies);
    const load = { port: balancer.port, connections: options.connections, ...visitors.reading('/session', options.connections) };
    await runLoad({ ...load, seconds: options.warmUpSeconds * count });
    const before = await cpuMs(servers);
    const { requests, seconds, latenciesMs, statuses, broken } = await runLoad({ ...load, seconds: options.seconds });
    if (broken > 0 || statuses[200] !== requests)
      throw new Error(
        `Requests through the balancer failed: statuses ${JSON.stringify(statuses)}, ${broken} broken connections.`,
      );
    const cpu = ((await cpuMs(servers)) - before) / requests;
    const open = await connectionsTo(stores, env.DATABASE_URL!);
    const rss = (await servers[0]!.usage()).rssBytes / 2 ** 20;
    const rest = await idle(stores, servers, { redisUrl: env.REDIS_URL!, databaseUrl: env.DATABASE_URL! });
    const { postgres = 0, ...redis } = rest.asked;
    const redisCommands = Object.values(redis).reduce((sum, commands) => sum + commands, 0);
    const perSecond = (commands: number) => round(commands / IDLE_SECONDS, 1);
    const ascending = sorted(latenciesMs);
    const [p50, p99] = [percentile(ascending, 0.5), percentile(ascending, 0.99)].map((ms) => round(ms, 1));
    const idleCells = [round(rest.cpuMs, 1), perSecond(redisCommands), perSecond(postgres), open];
    return [count, round(cpu * 1000, 1), round(requests / seconds, 0), p50!, p99!, round(rss, 0), ...idleCells];
  } finally {
    await balancer.close();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

export async function replicas(stores: BenchStores, options: Options): Promise<string> {
  const { redisUrl, databaseUrl } = await stores.fresh('replicas');
  const env = { ...BATON_ENV, REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
  const rows: Cell[][] = [];
  for (const count of COUNTS) rows.push(await measure(stores, count, env, options));
  const head = ['replicas', 'CPU ms / 1,000 (all replicas)', 'requests/s', 'p50 ms', 'p99 ms', 'RSS MB each'];
  const idleHead = ['idle: CPU ms/s', 'idle: Redis commands/s', 'idle: Postgres statements/s', 'Postgres connections'];
  return markdownTable([...head, ...idleHead], rows);
}
