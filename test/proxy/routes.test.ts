import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startBalancer } from '../../tools/local/balancer/balancer.ts';
import { build } from '../k8s/build.ts';
import { onCleanup } from '../support/cleanup.ts';
import { startProxy } from './haproxy.ts';
import { routeOf } from './ingress.ts';

/** The app behind each path: one table for every proxy. */
const routes: [path: string, app: 'auth' | 'portal'][] = [
  ['/', 'portal'],
  ['/?next=/auth/login', 'portal'],
  ['/auth', 'auth'],
  ['/auth/', 'auth'],
  ['/auth?next=/', 'auth'],
  ['/auth/login', 'auth'],
  ['/auth/login?next=/cart', 'auth'],
  ['/auth/sessions/abc', 'auth'],
  ['/auth/.well-known/jwks.json', 'auth'],
  ['/authors', 'portal'],
  ['/auth-x/login', 'portal'],
  ['/Auth/login', 'portal'],
  ['/api/auth/login', 'portal'],
  ['/api/session', 'portal'],
  ['/api/events', 'portal'],
  ['/assets/auth/page.js', 'portal'],
  ['/cart', 'portal'],
];

/** A stub replica that returns its name and the request it received. */
async function stub(app: string): Promise<{ name: string; port: number; url: string }> {
  const server = createServer((request, response) => {
    const { url, headers } = request;
    response.end(JSON.stringify({ app, url, headers: forwarded(headers) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(() => server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { name: app, port, url: `http://127.0.0.1:${port}` };
}

const forwarded = (headers: IncomingMessage['headers']) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => /forwarded|real-ip|^host$/.test(name)));

type Front = { url: string };
const fronts: Record<string, Front> = {};
const [ingress, gateway] = [build('overlays/demo'), build('tests/gateway-cnpg-monitoring')];

beforeAll(async () => {
  const [auth, portal] = [await stub('auth'), await stub('portal')];
  fronts['HAProxy'] = await startProxy({ auth: [auth], portal: [portal] });
  const balancer = await startBalancer(0, { auth: [auth], portal: [portal] });
  onCleanup(() => balancer.close());
  fronts['the local balancer'] = { url: `http://127.0.0.1:${balancer.port}` };
  while (!Object.values(balancer.pools).every((pool) => ['auth', 'portal'].some((name) => pool.health(name) === 'ready'))) {
    await new Promise(setImmediate);
  }
});

interface Seen {
  app: string;
  url: string;
  headers: Record<string, string>;
}

const ask = async (front: string, path: string, headers = {}): Promise<Seen> =>
  (await fetch(`${fronts[front]!.url}${path}`, { headers })).json() as Promise<Seen>;

describe.each(routes)('%s is served by %s', (path, app) => {
  it.each(['HAProxy', 'the local balancer'])('behind %s, with the path unchanged', async (front) => {
    expect(await ask(front, path)).toMatchObject({ app, url: path });
  });

  it('by the Ingress and the HTTPRoute', () => {
    expect([routeOf(ingress, path), routeOf(gateway, path)]).toEqual([app, app]);
  });
});

describe.each(['HAProxy', 'the local balancer'])('%s', (front) => {
  it('ignores forwarding headers of visitors and sets its own', async () => {
    const claims = {
      'x-forwarded-for': '9.9.9.9',
      forwarded: 'for=9.9.9.9',
      'x-real-ip': '9.9.9.9',
      'x-forwarded-prefix': '/evil',
    };
    const { headers } = await ask(front, '/api/session', claims);
    expect(headers['x-forwarded-for']).toMatch(/^(::ffff:)?127\.0\.0\.1$/);
    expect(headers['x-forwarded-proto']).toBe('http');
    expect(headers['host']).toBe(new URL(fronts[front]!.url).host);
    expect(JSON.stringify(headers)).not.toMatch(/9\.9\.9\.9|evil/);
  });
});
