import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onCleanup } from '../../../../test/support/cleanup.ts';
import { BreachedPasswords } from './breached-passwords.ts';

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase();

async function service(respond: RequestListener): Promise<string> {
  const server = createServer(respond).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`;
}

const check = (url: string | undefined, timeoutMs = 10_000) =>
  new BreachedPasswords({ BREACHED_PASSWORDS_URL: url, BREACHED_PASSWORDS_TIMEOUT_MS: timeoutMs });

describe('a password', () => {
  it('that was breached is found, and the service learns five digits of its hash', async () => {
    const asked: string[] = [];
    const url = await service((request, response) => {
      asked.push(request.url!);
      response.end(`${sha1('known').slice(5)}:42\r\n${sha1('padding').slice(5)}:0\r\n`);
    });
    expect([
      await check(url).includes('known'),
      await check(url).includes('padding'),
      await check(url).includes('other'),
    ]).toEqual([true, false, false]);
    expect(asked).toEqual(['known', 'padding', 'other'].map((text) => `/range/${sha1(text).slice(0, 5)}`));
  });

  it.each<[string, RequestListener, number]>([
    ['fails', (_, response) => void response.writeHead(500).end(), 10_000],
    ['does not respond', () => {}, 50],
  ])('is accepted when the service %s', async (_, respond, timeoutMs) => {
    expect(await check(await service(respond), timeoutMs).includes('known')).toBe(false);
  });

  it('is not sent anywhere unless a service is configured', async () => {
    expect(await check(undefined).includes('known')).toBe(false);
  });
});
