/** @seconds 30 */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunFile } from '../../tools/local/folder.ts';
import { browserless, register } from '../support/client.ts';
import { launch } from '../support/launch.ts';
import { temporaryFolder } from '../support/servers.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';

const SMALL = ['--auth', '1', '--portal', '1'];

describe('npm start', () => {
  it('restarts a killed replica, shuts down cleanly on Ctrl-C, and keeps sessions for the next start', async () => {
    const folder = temporaryFolder('local');
    const first = await launch(folder, SMALL);
    const run = await first.run();
    expect(run.replicas.map(({ name }) => name)).toEqual(['auth-1', 'portal-1']);
    expect(first.printed()).toContain(run.url);
    const visitor = browserless(run.url);
    await register(visitor);

    process.kill(pidOf(run, 'portal-1'), 'SIGKILL');
    await until(
      () =>
        pidOf(first.currentRun()!, 'portal-1') !== undefined && pidOf(first.currentRun()!, 'portal-1') !== pidOf(run, 'portal-1'),
    );
    await until(async () => (await visitor.get('/api/session')).status === 200);

    process.kill(first.pid, 'SIGINT');
    expect(await first.exited).toEqual({ code: 0, signal: null });
    expect(await listening(run)).toEqual([]);

    const second = await launch(folder, SMALL);
    expect((await visitor.at((await second.run()).url).get('/api/session')).status).toBe(200);
  }, 90_000);

  it('leaves no process behind when it is killed, and runs next to a second instance', async () => {
    const one = await launch(temporaryFolder('local'), SMALL);
    const run = await one.run();
    const other = await launch(temporaryFolder('local'), SMALL);
    const otherRun = await other.run();
    expect(otherRun.url).not.toBe(run.url);

    process.kill(one.pid, 'SIGKILL');
    await until(async () => (await listening(run)).length === 0);
    expect((await browserless(otherRun.url).get('/')).status).toBe(200);
  }, 90_000);

  it('runs on Postgres alone and reports it', async () => {
    const launched = await launch(temporaryFolder('local'), SMALL, { REDIS_URL: 'none' });
    const { url, stores } = await launched.run();
    expect(stores.redis).toBeNull();
    expect(launched.printed()).toContain('running on Postgres alone');
    const visitor = browserless(url);
    await register(visitor);
    expect((await visitor.get('/api/session')).body.store).toBe('postgres');
  }, 60_000);

  it.each<{ args: string[]; env: Record<string, string>; sentence: string }>([
    { args: ['--portal', 'many'], env: {}, sentence: '--portal must be a whole number from 1 to 20, not "many".' },
    { args: ['--nonsense'], env: {}, sentence: "Unknown option '--nonsense'" },
    {
      args: [],
      env: { DATABASE_URL: 'postgres://baton:secret@127.0.0.1:1/baton' },
      sentence: 'Cannot connect to Postgres at DATABASE_URL: connect ECONNREFUSED 127.0.0.1:1.',
    },
    {
      args: [],
      env: { REDIS_URL: 'redis://127.0.0.1:1' },
      sentence: 'Cannot connect to Redis at REDIS_URL: connect ECONNREFUSED 127.0.0.1:1.',
    },
  ])(
    'refuses $args $env with a one-sentence message',
    async ({ args, env, sentence }) => {
      const launched = await launch(temporaryFolder('local'), args, env);
      expect(await launched.exited).toEqual({ code: 1, signal: null });
      expect(launched.printed()).toContain(sentence);
      expect(launched.printed()).not.toMatch(/secret|^ +at /m);
    },
    30_000,
  );

  it('refuses a port in use', async () => {
    const { port } = await tcpProxy({ to: 1 });
    const launched = await launch(temporaryFolder('local'), [...SMALL, '--port', String(port)]);
    expect(await launched.exited).toEqual({ code: 1, signal: null });
    expect(launched.printed()).toContain(`Port ${port} is taken`);
  }, 30_000);
});

const pidOf = (run: RunFile, name: string) => run.replicas.find((replica) => replica.name === name)?.pid as number;

/** The servers of a run that still accept connections. */
async function listening({ url, stores, replicas }: RunFile): Promise<string[]> {
  const urls = [url, stores.postgres.url, ...(stores.redis ? [stores.redis.url] : []), ...replicas.map((replica) => replica.url)];
  const responses = await Promise.all(urls.map(async (each) => ((await accepts(new URL(each))) ? each : null)));
  return responses.filter((each) => each !== null);
}

const accepts = ({ hostname, port }: URL) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), hostname, () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('Timed out after 20 s');
    await pause(50);
  }
}
