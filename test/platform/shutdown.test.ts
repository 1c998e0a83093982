import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { browserless, loginAs } from '../support/client.ts';
import { migratedDatabase } from '../support/migrated-database.ts';
import { type Replica, startReplica } from '../support/replicas.ts';
import { testRedis } from '../support/servers.ts';

const DRAIN_MS = 1500;
let env: Record<string, string>;
beforeAll(async () => {
  env = { DATABASE_URL: await migratedDatabase(), REDIS_URL: (await testRedis()).url, SHUTDOWN_DRAIN_MS: String(DRAIN_MS) };
}, 60_000);

const open = async (url: string, agent: Agent, cookie = ''): Promise<IncomingMessage> =>
  (await once(get(url, { agent, headers: { cookie, accept: 'text/event-stream' } }), 'response'))[0] as IncomingMessage;

/** Signed in at another auth replica than the one that stops. */
async function cookie(): Promise<string> {
  const auth = await startReplica('auth', { ...env, SHUTDOWN_DRAIN_MS: '0' });
  const client = browserless(auth.url);
  await loginAs(client);
  return [...client.jar].map(([name, value]) => `${name}=${value}`).join('; ');
}

async function untilNotReady(replica: Replica): Promise<void> {
  while ((await browserless(replica.url).get('/health/ready')).status !== 503);
}

describe('a replica that receives SIGTERM', () => {
  it('reports not ready but still serves, closes connections after a response, ends streams, and exits with 0 in time', async () => {
    const [signedIn, portal] = await Promise.all([cookie(), startReplica('portal', env)]);
    const idle = new Agent({ keepAlive: true });
    (await open(`${portal.url}/health/live`, idle)).resume();
    const stream = await open(`${portal.url}/api/events`, new Agent(), signedIn);
    expect(stream.statusCode).toBe(200);

    const stopping = performance.now();
    const exited = portal.kill('SIGTERM');
    await untilNotReady(portal);
    const served = await browserless(portal.url).get('/api/session', { headers: { cookie: signedIn } });
    expect([served.status, served.headers.get('connection')]).toEqual([200, 'close']);
    expect((await browserless(portal.url).get('/health/live')).status).toBe(200);

    await stream.resume().toArray();
    expect(performance.now() - stopping).toBeGreaterThanOrEqual(DRAIN_MS - 50);
    expect(await exited).toMatchObject({ code: 0 });
    expect(performance.now() - stopping).toBeLessThan(DRAIN_MS + 5000);
    idle.destroy();
  }, 60_000);
});
