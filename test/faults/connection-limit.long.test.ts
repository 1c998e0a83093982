import { setTimeout as pause } from 'node:timers/promises';
import { ask, tallyIn, type Reply } from '../support/visitors/ask.ts';
import { Canary } from '../support/breakable/canary.ts';
import { Cluster } from '../support/breakable/cluster.ts';
import { visitorsWithTally } from './visitors.ts';

const CONNECTIONS = 8;
const REQUESTS = 2000;
const AT_ONCE = 200;
const VISITORS = 200;
/** What is shown is who is served, not how fast: on a busy machine, the default deadlines would add refusals. */
const LONG_DEADLINES = { SESSION_REDIS_DEADLINE_MS: '10000', SESSION_POSTGRES_DEADLINE_MS: '10000' };
const REDIS_DIES_AFTER_MS = 4000;

interface Outcome {
  readonly visitor: number;
  /** What the request added to the tally of its visitor; null for a read. */
  readonly item: string | null;
  readonly status: number;
  readonly ms: number;
}

describe('a role with 8 connections for four replicas', () => {
  let cluster: Cluster;
  let cookies: string[];

  beforeEach(async () => {
    cluster = await Cluster.start({ auths: 2, portals: 2, connectionLimit: CONNECTIONS, env: LONG_DEADLINES });
    const canary = new Canary(cluster);
    await canary.untilRecovered();
    cookies = await visitorsWithTally(cluster.of('portal'), VISITORS);
    await canary.untilRecovered();
  }, 120_000);

  afterEach(() => cluster.close());

  it('serves a flood, and keeps what it acknowledged when Redis dies 4 s later', async () => {
    const outcomes = await flood();
    await pause(REDIS_DIES_AFTER_MS);
    await cluster.redis.kill();
    expect(await lostOf(outcomes)).toEqual([]);
    expect(refusedOf(outcomes)).toEqual([]);
  }, 120_000);

  it('serves a flood that finds nothing in Redis', async () => {
    await cluster.redis.command('FLUSHALL');
    const outcomes = await flood();
    expect(await lostOf(outcomes)).toEqual([]);
    expect(refusedOf(outcomes)).toEqual([]);
  }, 120_000);

  it('serves a flood without Redis', async () => {
    await cluster.redis.kill();
    const outcomes = await flood();
    expect(await lostOf(outcomes)).toEqual([]);
    expect(refusedOf(outcomes)).toEqual([]);
  }, 120_000);

  it('brings to Postgres what a replica without any connection acknowledged', async () => {
    await cluster.postgres.limitConnections(0);
    const { links } = cluster.of('portal')[0]!;
    await links.postgres.cut();
    await links.postgres.heal();
    const saves = await Promise.all(cookies.map((_, visitor) => request({ turn: 0, visitor, item: 'lonely' })));
    expect(refusedOf(saves)).toEqual([]);
    const since = performance.now();
    await untilDrained();
    process.stdout.write(`drained ${Math.round(performance.now() - since)} ms after the last response\n`);
    await cluster.redis.kill();
    expect(await lostOf(saves, 1)).toEqual([]);
  }, 120_000);

  /** Every second request is a save. Each visitor uses both portals in turn. */
  async function flood(): Promise<Outcome[]> {
    const watch = new ConnectionWatch(cluster);
    const outcomes: Outcome[] = [];
    let next = 0;
    const client = async () => {
      while (next < REQUESTS) {
        const i = next++;
        outcomes.push(
          await request({ turn: Math.floor(i / VISITORS), visitor: i % VISITORS, item: i % 2 === 0 ? null : `item-${i}` }),
        );
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    report(outcomes, await watch.stop());
    return outcomes;
  }

  async function request(wanted: { turn: number; visitor: number; item: string | null }): Promise<Outcome> {
    const since = performance.now();
    const { status } = await send(wanted).catch(() => ({ status: 0 }));
    return { ...wanted, status, ms: performance.now() - since };
  }

  function send({ turn, visitor, item }: { turn: number; visitor: number; item: string | null }): Promise<Reply> {
    const { url } = cluster.of('portal')[turn % 2]!;
    const path = '/api/tally';
    const what = item === null ? { method: 'GET', path } : { method: 'POST', path, body: { name: item, amount: 1 } };
    return ask(url, { app: 'portal', ...what }, cookies[visitor]!);
  }

  /** The acknowledged items that are not in the session, as seen through one portal. */
  async function lostOf(outcomes: Outcome[], turn = 0): Promise<string[]> {
    const acknowledged = outcomes.filter(({ item, status }) => item !== null && status === 200);
    const tallies = new Map<number, Record<string, number>>();
    for (const visitor of new Set(acknowledged.map((outcome) => outcome.visitor)))
      tallies.set(visitor, await tallyOf(visitor, turn));
    const lost = acknowledged.filter(({ visitor, item }) => tallies.get(visitor)![item!] !== 1);
    return lost.map(({ visitor, item }) => `${item} of visitor ${visitor}`);
  }

  /** Asks again while the portal notices that Redis is down. */
  async function tallyOf(visitor: number, turn: number): Promise<Record<string, number>> {
    for (;;) {
      const { status, body } = await send({ turn, visitor, item: null });
      if (status === 200) return tallyIn(body);
      if (status !== 503) throw new Error(`Visitor ${visitor} got ${status}.`);
      await pause(50);
    }
  }

  async function untilDrained(): Promise<void> {
    const { redis } = cluster;
    const generation = String(await redis.command('GET', 'baton:generation')).split('|')[0];
    while (((await redis.command('KEYS', `baton:{*}:${generation}:dirty`)) as string[]).length > 0) await pause(10);
  }
});

const refusedOf = (outcomes: Outcome[]) =>
  outcomes.filter(({ status }) => status !== 200).map(({ item, status }) => `${item ?? 'read'}: ${status}`);

function report(outcomes: Outcome[], connections: number): void {
  const counts = Object.groupBy(outcomes, ({ item, status }) => `${item === null ? 'read' : 'save'} ${status}`);
  const times = outcomes.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (part: number) => Math.round(times[Math.floor(times.length * part)]!);
  const statuses = Object.entries(counts).map(([name, some]) => `${name}: ${some!.length}`);
  process.stdout.write(`${statuses.join(', ')}; p50 ${at(0.5)} ms, p99 ${at(0.99)} ms; at most ${connections} connections\n`);
}

/** Samples how many connections the replicas have. */
class ConnectionWatch {
  private most = 0;
  private isOver = false;
  private readonly running: Promise<void>;

  constructor(private readonly cluster: Cluster) {
    this.running = this.run();
  }

  async stop(): Promise<number> {
    this.isOver = true;
    await this.running;
    return this.most;
  }

  private async run(): Promise<void> {
    while (!this.isOver) {
      const [row] = await this.cluster.postgres.query<{ count: number }>(
        `SELECT count(*)::integer AS count FROM pg_stat_activity WHERE usename = 'limited'`,
      );
      this.most = Math.max(this.most, row!.count);
      await pause(50);
    }
  }
}
