/** The part `logins`: 20 users sign in again and again at one replica, alone and while one address floods it. */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { runLoad, type LoadResult } from '../harness/load.ts';
import type { Options } from '../harness/options.ts';
import { Server } from '../harness/server.ts';
import { median, percentile, round, sorted } from '../harness/statistics.ts';
import type { BenchStores } from '../harness/stores.ts';
import { markdownTable, type Cell } from '../report/table.ts';
import { BATON_ENV } from '../stacks.ts';

const USERS = 20;
const FLOODERS = 100;
const PATIENCE_MS = 20_000;
const PASSWORD = 'a long sentence nobody guesses';

interface Contestant {
  name: string;
  server: Server;
}

/** What the one address sends, on all its connections at once. */
const FLOODS: [name: string, body: ((n: number) => object) | null][] = [
  ['nobody', null],
  ['wrong passwords', (n) => ({ username: `nobody-${n}`, password: `${PASSWORD} ${n}` })],
  ['its own account, correctly', () => ({ username: 'flooder', password: PASSWORD })],
];

async function enter(checkout: string, name: string, stores: BenchStores): Promise<Contestant> {
  const { redisUrl, databaseUrl } = await stores.fresh(`logins_${name}`);
  const env = { ...BATON_ENV, TRUST_PROXY: '1', REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
  const program = (file: string) => join(resolve(checkout), 'dist/apps/auth', file);
  await promisify(execFile)(process.execPath, [program('migrate.js')], { env: { PATH: process.env.PATH, ...env } });
  const server = await Server.start({ program: program('main.js'), env });
  await untilReady(server);
  const names = ['flooder', ...Array.from({ length: USERS }, (_, n) => `user-${n}`)];
  const { statuses } = await runLoad({
    port: server.port,
    connections: 1,
    next: () => {
      const username = names.shift();
      return username ? post('/auth/register', server.port, `192.0.2.${names.length}`, { username, password: PASSWORD }) : null;
    },
  });
  if (statuses[201] !== USERS + 1) throw new Error(`${name}: registrations failed: ${JSON.stringify(statuses)}`);
  return { name, server };
}

/** A replica listens before it has found its stores. */
async function untilReady({ port }: Server): Promise<void> {
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (const deadline = performance.now() + PATIENCE_MS; !(await isReady()); await pause(50))
    if (performance.now() > deadline) throw new Error(`The replica is not ready after ${PATIENCE_MS} ms.`);
}

function post(path: string, port: number, address: string, body: object): string {
  const json = JSON.stringify(body);
  const head = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\nX-Forwarded-For: ${address}`;
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${head}\r\n\r\n${json}`;
}

interface Round {
  users: LoadResult;
  flood: LoadResult | null;
}

async function measure({ port }: Server, body: ((n: number) => object) | null, seconds: number): Promise<Round> {
  let n = 0;
  const login = (address: string, who: object) => post('/auth/login', port, address, who);
  const [users, flood] = await Promise.all([
    runLoad({
      port,
      seconds,
      connections: USERS,
      next: (user) => login(`198.51.100.${user + 1}`, { username: `user-${user}`, password: PASSWORD }),
    }),
    body && runLoad({ port, seconds, connections: FLOODERS, next: () => login('203.0.113.99', body(++n)) }),
  ]);
  return { users, flood };
}

function row(name: string, flood: string, rounds: Round[]): Cell[] {
  const of = (share: number) => round(median(rounds.map(({ users }) => percentile(sorted(users.latenciesMs), share))), 0);
  const perSecond = round(median(rounds.map(({ users }) => (users.statuses[200] ?? 0) / users.seconds)), 1);
  const refused = rounds.reduce((sum, { users }) => sum + users.requests - (users.statuses[200] ?? 0), 0);
  const answers: Record<string, number> = {};
  for (const round of rounds)
    for (const [status, count] of Object.entries(round.flood?.statuses ?? {})) answers[status] = (answers[status] ?? 0) + count;
  const flooded = Object.entries(answers).map(([status, count]) => `${count} × ${status}`);
  return [name, flood, perSecond, of(0.5), of(0.99), refused, flooded.join(', ')];
}

export async function logins(stores: BenchStores, { against, rounds, seconds }: Options): Promise<string> {
  const contestants = [await enter('.', 'this checkout', stores)];
  try {
    if (against) contestants.push(await enter(against, 'the other checkout', stores));
    const rows: Cell[][] = [];
    for (const [flood, body] of FLOODS) {
      const measured = new Map(contestants.map(({ name }) => [name, [] as Round[]]));
      for (let round = 0; round < rounds; round++)
        for (const { name, server } of round % 2 ? contestants.toReversed() : contestants)
          measured.get(name)!.push(await measure(server, body, seconds));
      for (const [name, all] of measured) rows.push(row(name, flood, all));
    }
    return markdownTable(['checkout', 'floods', 'logins/s', 'p50 ms', 'p99 ms', 'not 200', 'answers to the flood'], rows);
  } finally {
    await Promise.all(contestants.map(({ server }) => server.stop()));
  }
}
