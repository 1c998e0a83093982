import { type App, type Balancer, startBalancer } from '../../tools/local/balancer/balancer.ts';
import { onCleanup } from './cleanup.ts';
import { migratedDatabase } from './migrated-database.ts';
import { type Replica, startReplica } from './replicas.ts';
import { testRedis } from './servers.ts';

export interface Cluster {
  /** The URL of the balancer. */
  url: string;
  balancer: Balancer;
  replicas: Replica[];
  of(app: App): Replica[];
  named(name: string): Replica;
  /** The environment of its replicas. */
  env: Record<string, string | undefined>;
}

export interface ClusterOptions {
  auth?: number;
  portal?: number;
  /** Overrides the defaults: a fresh, migrated database and an empty Redis. */
  env?: Record<string, string | undefined>;
}

/** So that a busy test machine does not count as an outage. */
const TEST_SETTINGS = { SESSION_REDIS_DEADLINE_MS: '1000', SHUTDOWN_DRAIN_MS: '0' };

/** Both apps behind the balancer; stops with the test file. */
export async function startCluster({ auth = 2, portal = 3, env = {} }: ClusterOptions = {}): Promise<Cluster> {
  const shared = { DATABASE_URL: await migratedDatabase(), REDIS_URL: (await testRedis()).url, ...TEST_SETTINGS, ...env };
  const start = (app: App, count: number) =>
    Array.from({ length: count }, (_, index) => startReplica(app, { ...shared, REPLICA: `${app}-${index + 1}` }));
  const replicas = await Promise.all([...start('auth', auth), ...start('portal', portal)]);
  const of = (app: App) => replicas.filter((replica) => replica.app === app);
  const balancer = await startBalancer(0, { auth: of('auth'), portal: of('portal') });
  onCleanup(() => balancer.close());
  await untilReady(balancer, replicas);
  return {
    url: balancer.url,
    balancer,
    replicas,
    of,
    named: (name) => replicas.find((replica) => replica.name === name)!,
    env: shared,
  };
}

async function untilReady({ pools }: Balancer, replicas: Replica[]): Promise<void> {
  while (!replicas.every(({ app, name }) => pools[app].health(name) === 'ready')) await new Promise(setImmediate);
}
