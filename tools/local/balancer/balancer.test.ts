import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, request, type RequestListener, type ServerResponse } from 'node:http';
import { type Balancer, startBalancer } from './balancer.ts';
import type { Member } from './pool.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Fake extends Member {
  requests: string[];
  die(): void;
}

/** A replica of a few lines: counts what reaches it and answers as told. */
async function fake(
  name: string,
  answer: (request: IncomingMessage, response: ServerResponse) => void = plain(name),
): Promise<Fake> {
  const requests: string[] = [];
  const listener: RequestListener = (request, response) => {
    if (request.url === '/health/ready') return void response.end();
    requests.push(`${request.method} ${request.url}`);
    answer(request, response);
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const die = () => {
    server.close();
    server.closeAllConnections();
  };
  closers.push(die);
  return { name, url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, requests, die };
}

const plain = (name: string) => (_: IncomingMessage, response: ServerResponse) => void response.end(name);

async function balance(portal: Member[], auth: Member[] = []): Promise<Balancer> {
  const balancer = await startBalancer(0, { portal, auth });
  closers.push(() => balancer.close());
  while (![...portal, ...auth].every(({ name }) => isReady(balancer, name))) await new Promise(setImmediate);
  return balancer;
}

const isReady = (balancer: Balancer, name: string) => Object.values(balancer.pools).some((pool) => pool.health(name) === 'ready');
const text = async (url: string, init?: RequestInit) => (await fetch(url, init)).text();

describe('the balancer', () => {
  it('sends /auth to auth and everything else to portal, in turns', async () => {
    const { url } = await balance([await fake('portal-1'), await fake('portal-2')], [await fake('auth-1')]);
    const answers = [await text(url), await text(url), await text(`${url}/auth/login`), await text(`${url}/authors`)];
    expect(answers[2]).toBe('auth-1');
    expect(new Set([answers[0], answers[1]])).toEqual(new Set(['portal-1', 'portal-2']));
    expect(answers[3]).toMatch('portal');
  });

  it('still uses a replica that is too slow for its health check, if no other is left', async () => {
    let isSlow = false;
    const server = createServer((request, response) => {
      if (request.url !== '/health/ready') response.end('slow, not down');
      else if (!isSlow) response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close().closeAllConnections());
    const member = { name: 'one', url: `http://127.0.0.1:${(server.address() as { port: number }).port}` };
    const balancer = await balance([member]);
    isSlow = true;
    while (isReady(balancer, 'one')) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await text(balancer.url)).toBe('slow, not down');
  });

  it('answers every GET while a replica dies', async () => {
    const [one, two] = [await fake('one'), await fake('two')];
    const { url } = await balance([one, two]);
    one.die();
    const answers = await Promise.all(Array.from({ length: 20 }, () => text(url)));
    expect(new Set(answers)).toEqual(new Set(['two']));
  });

  it('does not execute a POST twice when the replica breaks off', async () => {
    const breakOff = (request: IncomingMessage) => void request.socket.destroy();
    const [one, two] = [await fake('one', breakOff), await fake('two', breakOff)];
    const { url } = await balance([one, two]);
    const answer = await fetch(url, { method: 'POST', body: 'x' });
    expect(answer.status).toBe(502);
    expect([...one.requests, ...two.requests]).toHaveLength(1);
  });

  it('sends a POST elsewhere when the replica was never reached', async () => {
    const [one, two] = [await fake('one'), await fake('two')];
    const { url } = await balance([one, two]);
    one.die();
    const answers = await Promise.all([1, 2, 3, 4].map(() => text(url, { method: 'POST', body: 'x' })));
    expect(answers).toEqual(['two', 'two', 'two', 'two']);
  });

  it('passes bodies on and does not believe what visitors say about proxies', async () => {
    const echo = (request: IncomingMessage, response: ServerResponse) => {
      response.setHeader(
        'x-seen',
        JSON.stringify([request.headers['x-forwarded-for'], request.headers['forwarded'], request.headers.host]),
      );
      request.pipe(response);
    };
    const { url, port } = await balance([await fake('one', echo)]);
    const headers = { 'x-forwarded-for': '9.9.9.9', forwarded: 'for=9.9.9.9' };
    const answer = await fetch(url, { method: 'POST', body: 'hello', headers });
    expect(await answer.text()).toBe('hello');
    expect(JSON.parse(answer.headers.get('x-seen')!)).toEqual([
      expect.stringMatching(/127\.0\.0\.1|::1/),
      null,
      `localhost:${port}`,
    ]);
  });

  it('keeps the connection of a visitor open from one request to the next', async () => {
    const { url } = await balance([await fake('portal-1')]);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    closers.push(() => agent.destroy());
    const isReused = () =>
      new Promise<boolean>((resolve, reject) => {
        const request = get(url, { agent }, (response) =>
          response.resume().on('end', () => setImmediate(() => resolve(request.reusedSocket))),
        );
        request.on('error', reject);
      });
    expect([await isReused(), await isReused(), await isReused()]).toEqual([false, true, true]);
  });

  it('ends an event stream when its replica dies', async () => {
    const stream = (_: IncomingMessage, response: ServerResponse) => void response.writeHead(200).write('data: 1\n\n');
    const one = await fake('one', stream);
    const { url } = await balance([one]);
    const answer = await fetch(url);
    one.die();
    await expect(answer.text()).rejects.toThrow('terminated');
  });

  it('says 503 with Retry-After when nobody is left', async () => {
    const { url } = await balance([]);
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  });

  it('refuses a port that is taken', async () => {
    const { port } = await balance([]);
    await expect(startBalancer(port)).rejects.toThrow('EADDRINUSE');
  });

  const statusFor = async (url: string, host: string): Promise<number> => {
    const [response] = (await once(get(url, { headers: { host } }), 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode!;
  };

  it('serves names of this machine and configured ones, and no other that leads here (DNS rebinding)', async () => {
    const one = await fake('one');
    const balancer = await startBalancer(0, { portal: [one] }, ['baton.test']);
    closers.push(() => balancer.close());
    while (!isReady(balancer, 'one')) await new Promise(setImmediate);
    const own = ['localhost', 'LOCALHOST:8080', '127.0.0.1:8080', '[::1]:8080', 'shop.baton.localhost', 'baton.test:1'];
    for (const host of own) expect([host, await statusFor(balancer.url, host)]).toEqual([host, 200]);
    const foreign = [
      'evil.example',
      'evil.example:8080',
      'localhost.evil.example',
      '10.0.0.1',
      'xlocalhost',
      'baton.test.evil.example',
    ];
    for (const host of foreign) expect([host, await statusFor(balancer.url, host)]).toEqual([host, 421]);
    expect(one.requests).toHaveLength(own.length);
  });

  it('refuses a body of more than 1 MiB before it is kept, with and without Content-Length', async () => {
    const one = await fake('one');
    const { url, port } = await balance([one]);
    const send = async (headers: Record<string, string | number>, chunks: Buffer[]) => {
      const sending = request({ port, host: '127.0.0.1', method: 'POST', headers });
      for (const chunk of chunks) sending.write(chunk);
      sending.on('error', () => undefined);
      const [response] = (await once(sending, 'response')) as [IncomingMessage];
      sending.destroy();
      return response.statusCode;
    };
    const megabyte = Buffer.alloc(1024 * 1024);
    expect(await send({ 'content-length': 500 * megabyte.length }, [Buffer.from('x')])).toBe(413);
    expect(await send({ 'transfer-encoding': 'chunked' }, [megabyte, Buffer.from('x')])).toBe(413);
    expect(one.requests).toEqual([]);
    expect(await text(url, { method: 'POST', body: megabyte })).toBe('one');
  });
});
