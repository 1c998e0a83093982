import { type Control, startControl } from './control.ts';
import type { Replicas } from '../replicas.ts';
import type { Store } from '../stores.ts';

describe('the control API of the launcher', () => {
  const done: string[] = [];
  let control: Control;
  let exit: object | null = null;
  let running = 1;

  const server = {
    get exit() {
      return exit;
    },
    stop: async () => {
      done.push('stop');
      exit = {};
    },
    freeze: () => done.push('freeze'),
    thaw: () => done.push('thaw'),
  };
  const restart = async () => {
    done.push('restart');
    exit = null;
  };
  const postgres = { server, restart } as unknown as Store;
  const portal = { app: 'portal', name: 'portal-1', pid: 1, url: 'http://here', process: { kill: () => done.push('kill') } };
  const replicas = {
    list: [portal],
    count: () => running,
    add: async (app: string) => done.push(`add ${app}`),
    remove: async (name: string) => done.push(`remove ${name}`),
  } as unknown as Replicas;

  beforeAll(async () => {
    control = await startControl({ url: '', stores: { redis: null, postgres }, replicas, changed: () => undefined });
  });
  afterAll(() => control.close());
  beforeEach(() => done.splice(0));

  const ask = async (method: string, path: string, token = control.token) => {
    const response = await fetch(`${control.url}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: (await response.json()) as { stores: object; detail: string } };
  };

  it('refuses a request without the token', async () => {
    expect((await ask('POST', '/postgres/stop', 'guessed')).status).toBe(401);
    expect(done).toEqual([]);
  });

  it('stops and starts what the launcher runs, and reports its state', async () => {
    const stopped = await ask('POST', '/postgres/stop');
    expect(stopped.body.stores).toEqual({ redis: { state: 'absent', ours: false }, postgres: { state: 'stopped', ours: true } });
    expect((await ask('POST', '/postgres/freeze')).status).toBe(409);
    const started = await ask('POST', '/postgres/start');
    expect(started.body.stores).toMatchObject({ postgres: { state: 'running' } });
    expect(done).toEqual(['stop', 'restart']);
  });

  it('starts a frozen server by thawing it', async () => {
    expect((await ask('POST', '/postgres/freeze')).body.stores).toMatchObject({ postgres: { state: 'frozen' } });
    expect((await ask('POST', '/postgres/start')).body.stores).toMatchObject({ postgres: { state: 'running' } });
    expect(done).toEqual(['freeze', 'thaw']);
  });

  it('adds, removes and kills replicas', async () => {
    for (const path of ['/replicas/portal/add', '/replicas/portal-1/remove', '/replicas/portal-1/kill']) await ask('POST', path);
    expect(done).toEqual(['add portal', 'remove portal-1', 'kill']);
  });

  it.each([
    ['/redis/stop', 409, 'This launcher does not run Redis.'],
    ['/postgres/start', 409, 'postgres is already running.'],
    ['/postgres/explode', 404, 'Unknown command.'],
    ['/replicas/nobody/kill', 404, 'There is no replica nobody.'],
    ['/elsewhere', 404, 'Unknown command.'],
  ])('responds to %s with %i', async (path, status, detail) => {
    expect(await ask('POST', path)).toEqual({ status, body: { detail } });
  });

  it('adds no more replicas than 20 of an app', async () => {
    running = 20;
    expect((await ask('POST', '/replicas/portal/add')).status).toBe(409);
    running = 19;
    expect((await ask('POST', '/replicas/portal/add')).status).toBe(200);
    expect(done).toEqual(['add portal']);
  });
});
