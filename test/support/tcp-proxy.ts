import { connect, createServer, type Server, type Socket } from 'node:net';
import { LOOPBACK } from '../../tools/local/ports.ts';
import { onCleanup } from './cleanup.ts';

export interface TcpProxy {
  port: number;
  /** The target's URL with the proxy's port, when the target was given as a URL. */
  url: string;
  /** Closes every connection and refuses new ones, as a dead server does. */
  cut(): Promise<void>;
  /** Lets no byte through and closes nothing, as a lost network does. */
  freeze(): void;
  /** Everything passes again. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** A wire between a client and a server that can be cut and frozen. `to` is a port of this machine or a URL. */
export async function tcpProxy({ to }: { to: number | string }): Promise<TcpProxy> {
  const target = new URL(typeof to === 'number' ? `tcp://${LOOPBACK}:${to}` : to);
  const sockets = new Set<Socket>();
  let frozen = false;
  const keep = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket) && other.destroy());
    if (frozen) socket.pause();
    else socket.pipe(other);
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    keep(client, upstream);
    keep(upstream, client);
    pairs.set(client, upstream).set(upstream, client);
  });
  const pairs = new WeakMap<Socket, Socket>();
  const port = await listen(server, 0);
  const proxy: TcpProxy = {
    port,
    url: Object.assign(new URL(target), { port: String(port) }).href,
    cut: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
    freeze: () => {
      frozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    heal: async () => {
      frozen = false;
      // Piped once, whatever it was before: two pipes would double every byte.
      for (const socket of sockets) socket.unpipe().pipe(pairs.get(socket)!);
      if (!server.listening) await listen(server, port);
    },
    close: () => proxy.cut(),
  };
  onCleanup(() => proxy.close());
  return proxy;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, LOOPBACK, () => resolve((server.address() as { port: number }).port));
  });
}
