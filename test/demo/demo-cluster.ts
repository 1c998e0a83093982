import { Client } from 'pg';
import { until } from '../support/backends.ts';
import { type Cluster, type ClusterOptions, startCluster } from '../support/cluster.ts';
import { DEMO, DEMO_ADMIN } from './accounts.ts';

/** A cluster with DEMO=true. Waits until the auth replicas have created the demo accounts. */
export async function startDemoCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = await startCluster({ ...options, env: { DEMO: 'true', ...options.env } });
  const client = new Client(cluster.env['DATABASE_URL']);
  await client.connect();
  const names = [DEMO.username, DEMO_ADMIN.username];
  await until(
    async () => (await client.query('SELECT 1 FROM users WHERE name = ANY($1)', [names])).rowCount === names.length,
    'the demo accounts',
  );
  await client.end();
  return cluster;
}
