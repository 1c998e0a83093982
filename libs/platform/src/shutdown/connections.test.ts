import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Connections } from './connections.ts';
import { Draining } from './draining.ts';

async function serve(respond: (request: IncomingMessage, response: ServerResponse) => void) {
  const draining = new Draining();
  const server = createServer({ keepAliveTimeout: 60_000 }, respond);
  const connections = new Connections(server, draining);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const agent = new Agent({ keepAlive: true });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const request = async () => (await once(get(url, { agent }), 'response'))[0] as IncomingMessage;
  const end = () => {
    draining.begin();
    connections.closeAfterResponse();
    return connections.end(5000, () => draining.endStreams());
  };
  return { draining, request, end, agent, connections };
}

const textOf = async (response: IncomingMessage) => (await response.setEncoding('utf8').toArray()).join('');

describe('connections of a server that stops', () => {
  it('lets a request in progress finish, and asks its client to close', async () => {
    const arrived = Promise.withResolvers<ServerResponse>();
    const server = await serve((_request, response) => arrived.resolve(response));
    const received = server.request();
    const response = await arrived.promise;
    const ended = server.end();
    response.end('whole');
    expect((await received).headers.connection).toBe('close');
    expect(await textOf(await received)).toBe('whole');
    await ended;
  });

  it('does not wait for idle keep-alive connections', async () => {
    const server = await serve((_request, response) => response.end('fine'));
    expect((await server.request()).resume().headers.connection).toBe('keep-alive');
    const started = performance.now();
    await server.end();
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('ends streams', async () => {
    const server: Awaited<ReturnType<typeof serve>> = await serve((_request, response) => {
      response.write('data: 1\n\n');
      server.draining.onDrain(() => response.end());
    });
    const stream = await server.request();
    await server.end();
    expect(await textOf(stream)).toBe('data: 1\n\n');
  });

  it('still responds while it drains, and takes no request on a connection twice', async () => {
    const server = await serve((_request, response) => response.end('fine'));
    server.draining.begin();
    const response = await server.request();
    expect(await textOf(response)).toBe('fine');
    expect(response.headers.connection).toBe('close');
    await server.end();
  });

  it('closes connections that do not end in time', async () => {
    const server = await serve((_request, response) => response.write('...'));
    const stream = await server.request();
    await server.connections.end(50, () => {});
    await expect(textOf(stream)).rejects.toThrow(/aborted/);
  });
});
