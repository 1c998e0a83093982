import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import httpProxy from 'http-proxy-3';
import { LOOPBACK } from '../ports.ts';
import { forward } from './forward.ts';
import { type Member, Pool } from './pool.ts';

export type App = 'auth' | 'portal';

export interface Balancer {
  url: string;
  port: number;
  pools: Record<App, Pool>;
  close(): Promise<void>;
}

/**
 * One address for all replicas, as an ingress gives in a cluster: `/auth` goes to auth, everything else to portal.
 * Rejects with EADDRINUSE when the port is taken.
 */
export async function startBalancer(port: number, members: Partial<Record<App, Member[]>> = {}): Promise<Balancer> {
  const pools = { auth: new Pool(), portal: new Pool() };
  for (const app of ['auth', 'portal'] as const) for (const member of members[app] ?? []) pools[app].add(member);
  const proxy = httpProxy.createProxyServer({ xfwd: true });
  proxy.on('proxyRes', keepVisitorsConnection);
  proxy.on('proxyRes', endTogether);
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    void forward(proxy, pools[appFor(request.url ?? '/')], request, response);
  const servers = await listen(handle, port);
  const address = servers[0]!.address() as { port: number };
  return {
    url: `http://localhost:${address.port}`,
    port: address.port,
    pools,
    close: async () => {
      for (const pool of Object.values(pools)) pool.clear();
      await Promise.all(servers.map(close));
    },
  };
}

/** A replica speaks of its own connection only (RFC 9110, 7.6.1): the visitor's stays open. */
function keepVisitorsConnection({ headers }: IncomingMessage): void {
  delete headers.connection;
  delete headers['keep-alive'];
}

const appFor = (url: string): App => (/^\/auth([/?]|$)/.test(url) ? 'auth' : 'portal');

/** A replica that dies in mid-answer must not leave its visitor waiting for the rest. */
function endTogether(answer: IncomingMessage, _: IncomingMessage, response: ServerResponse): void {
  answer.once('close', () => answer.complete || response.destroy());
}

/** `localhost` is two addresses: whoever has the other one would get half of our visitors. */
async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void, port: number): Promise<Server[]> {
  const first = await listenOn(LOOPBACK, port, handle);
  const samePort = (first.address() as { port: number }).port;
  try {
    return [first, await listenOn('::1', samePort, handle)];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return [first];
    await close(first);
    throw error;
  }
}

function listenOn(
  host: string,
  port: number,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(handle).once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
