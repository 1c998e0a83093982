/** @seconds 15 */
import type { Client } from '../support/client.ts';
import { startSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  const env = { EVENT_STREAMS_PER_SESSION: '2', EVENT_STREAMS_PER_ADDRESS: '3', EVENT_STREAMS: '4' };
  site = await startSite({ auths: 1, env });
}, 60_000);

const open: AbortController[] = [];
afterEach(async () => {
  for (const stream of open.splice(0)) stream.abort();
  const nobody = await site.signedIn();
  // A closed stream is counted until its replica notices.
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']) await untilOpened(nobody, address);
  for (const stream of open.splice(0)) stream.abort();
});

async function stream(client: Client, address: string, query = '') {
  const closing = new AbortController();
  const cookie = [...client.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { cookie, accept: 'text/event-stream', 'x-forwarded-for': address };
  const response = await fetch(`${site.portal[0]!.url}/api/events${query}`, { headers, signal: closing.signal });
  if (response.ok) open.push(closing);
  const type = response.headers.get('content-type');
  return { status: response.status, type, retryAfter: response.headers.get('retry-after'), closing };
}

async function untilOpened(client: Client, address: string): Promise<void> {
  let opened = await stream(client, address);
  while (opened.status !== 200) opened = await stream(client, address);
  opened.closing.abort();
}

const OPEN = { status: 200, type: 'text/event-stream' };
const refused = (status: number) => ({ status, type: expect.stringContaining('application/problem+json'), retryAfter: '10' });

describe('event streams', () => {
  it.each(['', '?cluster=yes'])('are not for visitors without a session (%s)', async (query) => {
    expect(await stream(site.visitor(), '192.0.2.1', query)).toMatchObject({
      status: 401,
      type: expect.stringContaining('application/problem+json'),
    });
  });

  it('are limited per session, and a closed one makes room', async () => {
    const client = await site.signedIn();
    const first = await stream(client, '192.0.2.1');
    expect([first, await stream(client, '192.0.2.2')]).toMatchObject([OPEN, OPEN]);
    expect(await stream(client, '192.0.2.3')).toMatchObject(refused(429));
    first.closing.abort();
    await untilOpened(client, '192.0.2.3');
  });

  it('are limited per address, an IPv6 network being one', async () => {
    const clients = await Promise.all([1, 2, 3, 4].map(() => site.signedIn()));
    const hosts = ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:1::3', '2001:db8::4'];
    const streams = [];
    for (const [at, client] of clients.entries()) streams.push(await stream(client, hosts[at]!));
    expect(streams).toMatchObject([OPEN, OPEN, OPEN, refused(429)]);
    expect(await stream(clients[3]!, '2001:db8:0:1::1')).toMatchObject(OPEN);
  });

  it('are limited per replica', async () => {
    const clients = await Promise.all([1, 2, 3, 4, 5].map(() => site.signedIn()));
    const streams = [];
    for (const [at, client] of clients.entries()) streams.push(await stream(client, `192.0.2.${at + 1}`));
    expect(streams).toMatchObject([OPEN, OPEN, OPEN, OPEN, refused(503)]);
  });
});
