import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../tools/local/ports.ts';
import { migratedDatabase } from '../support/migrated-database.ts';
import { type Replica, startReplica } from '../support/replicas.ts';
import { testRedis } from '../support/servers.ts';
import { type Proxy, startProxy } from './haproxy.ts';
import { tallies, type Load, startLoad } from './load.ts';

const GRACE_SECONDS = 30;
/** Processes start slowly while many suites run at once. */
const START_MS = 90_000;
const replicas: Replica[] = [];
let environment: Record<string, string>;
let proxy: Proxy;

beforeAll(async () => {
  environment = {
    DATABASE_URL: await migratedDatabase(),
    REDIS_URL: (await testRedis()).url,
    LOG_LEVEL: 'warn',
    // So that a busy test machine does not count as a slow store.
    SESSION_REDIS_DEADLINE_MS: '5000',
    SESSION_POSTGRES_DEADLINE_MS: '20000',
  };
  const apps = ['auth', 'auth', 'portal', 'portal', 'portal'] as const;
  for (const [at, app] of apps.entries()) replicas.push(await start(app, `${app}-${at}`));
  const of = (app: string) => replicas.filter((replica) => replica.app === app);
  proxy = await startProxy({ auth: of('auth'), portal: of('portal') });
  await Promise.all(replicas.map(untilUp));
}, 300_000);

async function start(app: 'auth' | 'portal', name: string, port?: number): Promise<Replica> {
  const env = { ...environment, REPLICA: name, PORT: String(port ?? (await freePort())) };
  return startReplica(app, env, { until: 'started' });
}

/** Waits until the replica is ready and the proxy considers it up. */
async function untilUp(replica: Replica): Promise<void> {
  const metrics = new URL('/metrics?scope=server', proxy.statusUrl).href;
  const up = new RegExp(`haproxy_server_status\\{[^}]*server="${replica.name}",state="UP"\\} 1`);
  await until(replica, async () => (await fetch(`${replica.url}/health/ready`)).ok);
  await until(replica, async () => up.test(await (await fetch(metrics)).text()));
}

async function until(replica: Replica, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`${replica.name} did not start:\n${replica.logs()}`);
    await pause(50);
  }
}

interface Restart {
  name: string;
  code: number | null;
  stopMs: number;
}

/** Restarts replicas one by one, as a rollout does: the next only after the last is ready. */
async function restartEach(signal: NodeJS.Signals): Promise<Restart[]> {
  const restarts: Restart[] = [];
  for (const [at, replica] of replicas.entries()) {
    const began = performance.now();
    const { code } = await replica.kill(signal);
    restarts.push({ name: replica.name, code, stopMs: Math.round(performance.now() - began) });
    replicas[at] = await start(replica.app, replica.name, replica.port);
    await untilUp(replicas[at]);
  }
  return restarts;
}

/** Restarts all replicas under load, then checks every session. */
async function underLoad(signal: NodeJS.Signals): Promise<{ load: Load; restarts: Restart[] }> {
  const load = await startLoad(proxy.url, { visitors: 8, streams: 3 });
  try {
    return { load, restarts: await restartEach(signal) };
  } finally {
    await load.stop();
  }
}

const sessions = (load: Load) => Promise.all(load.visitors.map(async ({ client }) => (await client.get('/api/session')).status));
const report = ({ requests, reconnects, slowestMs }: Load, restarts: Restart[]) =>
  `${requests} requests, ${reconnects} streams reopened, slowest ${Math.round(slowestMs)} ms; ` +
  `stopped in ${restarts.map(({ name, stopMs }) => `${name} ${stopMs} ms`).join(', ')}\n`;

describe('behind a real proxy, under load', () => {
  it('restarting every replica with SIGTERM fails no request and loses no session or change', async () => {
    const { load, restarts } = await underLoad('SIGTERM');
    process.stdout.write(`SIGTERM: ${report(load, restarts)}`);
    expect(load.failures).toEqual([]);
    expect(await sessions(load)).toEqual(load.visitors.map(() => 200));
    for (const { acknowledged, found } of await tallies(load)) expect(found).toBe(acknowledged);
    expect(load.requests).toBeGreaterThan(500);
    expect(load.reconnects).toBeGreaterThanOrEqual(3);
    for (const { code, stopMs } of restarts) {
      expect(code).toBe(0);
      expect(stopMs).toBeLessThan((GRACE_SECONDS - 5) * 1000);
    }
  }, 300_000);

  it('killing every replica fails only changes in progress on it, and loses no session or acknowledged change', async () => {
    const { load, restarts } = await underLoad('SIGKILL');
    process.stdout.write(`SIGKILL: ${report(load, restarts)}${load.failures.length} changes in progress got no response\n`);
    expect(load.failures.filter(({ method }) => method === 'GET')).toEqual([]);
    // Each visitor has at most one change in progress when a replica dies.
    expect(load.failures.length).toBeLessThanOrEqual(restarts.length * load.visitors.length);
    // 0: the proxy had no response and closed the connection.
    for (const { status } of load.failures) expect([0, 502]).toContain(status);
    expect(await sessions(load)).toEqual(load.visitors.map(() => 200));
    for (const { acknowledged, atMost, found } of await tallies(load)) {
      expect(found).toBeGreaterThanOrEqual(acknowledged);
      expect(found).toBeLessThanOrEqual(atMost);
    }
  }, 300_000);
});
