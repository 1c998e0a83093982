import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runLoad } from './load.ts';

async function serving<T>(listener: RequestListener, work: (port: number) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

it('sends each request once over keep-alive connections', async () => {
  let left = 100;
  const seen = new Set<unknown>();
  const result = await serving(
    (req, res) => {
      seen.add(req.socket);
      res.end('response');
    },
    (port) => runLoad({ port, connections: 4, next: () => (left-- > 0 ? GET : null) }),
  );
  expect(result.requests).toBe(100);
  expect(result.latenciesMs).toHaveLength(100);
  expect(result.statuses).toEqual({ 200: 100 });
  expect(seen.size).toBe(4);
});

it('stops after the given seconds', async () => {
  const result = await serving(
    (_req, res) => res.end(),
    (port) => runLoad({ port, connections: 2, seconds: 0.2, next: () => GET }),
  );
  expect(result.seconds).toBeGreaterThanOrEqual(0.2);
  expect(result.seconds).toBeLessThan(2);
  expect(result.broken).toBe(0);
});

it('counts error responses and broken connections', async () => {
  const result = await serving(
    (req, res) => (req.url === '/broken' ? req.socket.destroy() : res.writeHead(503, { 'content-length': 0 }).end()),
    (port) => {
      const paths = ['/', '/broken'];
      return runLoad({ port, connections: 1, next: () => `GET ${paths.shift()} HTTP/1.1\r\nHost: localhost\r\n\r\n` });
    },
  );
  expect(result.statuses).toEqual({ 503: 1 });
  expect(result.broken).toBe(1);
});

it('waits for a body that arrives in chunks', async () => {
  let left = 1;
  const result = await serving(
    (_req, res) => {
      res.writeHead(200, { 'content-length': 6 });
      res.write('ans');
      setImmediate(() => res.end('wer'));
    },
    (port) => runLoad({ port, connections: 1, next: () => (left-- > 0 ? GET : null) }),
  );
  expect(result).toMatchObject({ requests: 1, broken: 0 });
});
