import { browserless } from '../support/client.ts';
import { startReplica } from '../support/replicas.ts';
import { DEMO, DEMO_ADMIN } from './accounts.ts';
import { startDemoCluster } from './demo-cluster.ts';

describe('the demo accounts', () => {
  it('log in only if DEMO=true, even if they exist', async () => {
    const cluster = await startDemoCluster({ auth: 1, portal: 0 });
    const strict = await startReplica('auth', { ...cluster.env, DEMO: undefined });
    for (const account of [DEMO, DEMO_ADMIN]) {
      expect((await browserless(cluster.url).post('/auth/login', account)).status).toBe(200);
      expect((await browserless(strict.url).post('/auth/login', account)).status).toBe(401);
    }
  }, 60_000);

  it('cannot be registered', async () => {
    const cluster = await startDemoCluster({ auth: 1, portal: 0 });
    const response = await browserless(cluster.url).post('/auth/register', { ...DEMO, username: ' Demo' });
    expect(response.status).toBe(409);
  }, 60_000);
});
