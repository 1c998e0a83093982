/** @seconds 15 */
import { setTimeout as pause } from 'node:timers/promises';
import { migratedDatabase } from '../support/migrated-database.ts';
import { type App, type Replica, startReplica } from '../support/replicas.ts';
import { privateRedis, testRedis } from '../support/servers.ts';

/** A wrong setting causes a one-sentence message that states what to do and contains no secret. */
describe('a replica with a wrong configuration', () => {
  let right: { DATABASE_URL: string; REDIS_URL: string };
  beforeAll(async () => {
    right = { DATABASE_URL: await migratedDatabase(), REDIS_URL: (await testRedis()).url };
  }, 60_000);

  it.each<App>(['auth', 'portal'])('%s lists all missing settings and exits', async (app) => {
    const missing = { SESSION_SECRETS: undefined, SESSION_PEPPER: undefined };
    const [withoutSecrets, withoutStores] = await Promise.all([logOfFailure(app, missing), logOfFailure(app, {})]);
    expect(withoutSecrets).toContain('SESSION_SECRETS is missing; SESSION_PEPPER is missing');
    expect(withoutStores).toContain('DATABASE_URL');
  });

  it.each<App>(['auth', 'portal'])('%s lists all malformed settings without their values and exits', async (app) => {
    const malformed = {
      DATABASE_URL: 'mysql://me:hush@db',
      SESSION_SECRETS: 'too-short',
      SESSION_IDLE_SECONDS: 'soon',
      PORT: '99999999',
    };
    const log = await logOfFailure(app, { ...right, ...malformed });
    for (const name of Object.keys(malformed).filter((each) => each !== 'PORT')) expect(log).toContain(`${name} is malformed`);
    expect(log).not.toMatch(/hush|too-short/);
  });

  it('exits if its port is in use', async () => {
    const { port } = new URL(right.REDIS_URL);
    expect(await logOfFailure('auth', { ...right, PORT: port })).toContain(`Port ${port} is already in use`);
  });

  it('runs without Postgres if Postgres refuses its credentials, and logs the reason', async () => {
    const DATABASE_URL = Object.assign(new URL(right.DATABASE_URL), { password: 'hush' }).href;
    const replica = await startReplica('auth', { ...right, DATABASE_URL }, { until: 'live' });
    await untilLogged(replica, /Postgres is unavailable: password authentication failed/);
    expect(replica.logs()).not.toContain('hush');
  });

  it('runs without Redis if Redis requires a password, and logs the reason', async () => {
    const { url } = await privateRedis({ password: 'a-password' });
    const REDIS_URL = Object.assign(new URL(url), { password: '' }).href;
    const replica = await startReplica('auth', { ...right, REDIS_URL });
    await untilLogged(replica, /Redis is unavailable: NOAUTH/);
    expect(replica.exit).toBeNull();
  });
});

async function logOfFailure(app: App, env: Record<string, string | undefined>): Promise<string> {
  const replica = await startReplica(app, env, { until: 'started' });
  expect(await replica.exited).toEqual({ code: 1, signal: null });
  expect(replica.logs()).not.toMatch(/^ +at /m);
  return replica.logs();
}

async function untilLogged(replica: Replica, sentence: RegExp): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!sentence.test(replica.logs())) {
    if (performance.now() > deadline) throw new Error(`${replica.name} did not log ${sentence}:\n${replica.logs()}`);
    await pause(50);
  }
}
