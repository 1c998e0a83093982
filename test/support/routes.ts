import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onCleanup } from './cleanup.ts';

/** The app behind each path: one table for every proxy. */
export const routes: [path: string, app: 'auth' | 'portal'][] = [
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
  ['/healthy', 'portal'],
  ['/metrics-of-mine', 'portal'],
  ['/auth-x/login', 'portal'],
  ['/Auth/login', 'portal'],
  ['/api/auth/login', 'portal'],
  ['/api/session', 'portal'],
  ['/api/events', 'portal'],
  ['/assets/auth/page.js', 'portal'],
  ['/cart', 'portal'],
];

/** An event stream that stays open. */
const HELD = '/api/events?last=held';

/** Paths of the replicas that no edge leads to. */
export const internal = [
  '/metrics',
  '/metrics?x=1',
  '/metrics/',
  '/Metrics',
  '/Health/ready',
  '/health',
  '/health/ready',
  '/health/live?x=1',
];

export interface Stub {
  name: string;
  port: number;
  url: string;
}

/** A stub replica that returns its name and the request it received. */
async function stub(app: string): Promise<Stub> {
  const server = createServer((request, response) => {
    const { url, headers } = request;
    if (url === HELD) return void response.writeHead(200).write('data: 1\n\n');
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

interface Seen {
  app: string;
  url: string;
  headers: Record<string, string>;
}

/** @param start opens the front between visitors and one replica of each app; returns its address. */
export function testFront(start: (replicas: { auth: [Stub]; portal: [Stub] }) => Promise<string>): void {
  let front: string;
  const request = async (path: string, headers = {}): Promise<Seen> =>
    (await fetch(`${front}${path}`, { headers })).json() as Promise<Seen>;

  beforeAll(async () => {
    front = await start({ auth: [await stub('auth')], portal: [await stub('portal')] });
  });

  it.each(routes)('serves %s from %s, with the path unchanged', async (path, app) => {
    expect(await request(path)).toMatchObject({ app, url: path });
  });

  it.each(internal)('leads %s nowhere', async (path) => {
    expect((await fetch(`${front}${path}`)).status).toBe(404);
  });

  it('ignores forwarding headers of visitors and sets its own', async () => {
    const claims = {
      'x-forwarded-for': '9.9.9.9',
      forwarded: 'for=9.9.9.9',
      'x-real-ip': '9.9.9.9',
      'x-forwarded-prefix': '/evil',
    };
    const { headers } = await request('/api/session', claims);
    expect(headers['x-forwarded-for']).toMatch(/^(::ffff:)?127\.0\.0\.1$/);
    expect(headers['x-forwarded-proto']).toBe('http');
    expect(headers['host']).toBe(new URL(front).host);
    expect(JSON.stringify(headers)).not.toMatch(/9\.9\.9\.9|evil/);
  });

  it('keeps 100 event streams of one address open, and refuses more with 429', async () => {
    const closing = new AbortController();
    const open = () => fetch(`${front}${HELD}`, { signal: closing.signal });
    const streams = await Promise.all(Array.from({ length: 100 }, open));
    expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await open();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
    expect((await fetch(`${front}/cart`)).status).toBe(200);
    closing.abort();
  });
}
