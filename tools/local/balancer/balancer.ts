import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import httpProxy from 'http-proxy-3';
import { LOOPBACK } from '../ports.ts';
import { forward } from './forward.ts';
import { isOwnHost } from './hosts.ts';
import { type Member, Pool } from './pool.ts';
import { refuse } from './refuse.ts';
import { StreamLimit } from './stream-limit.ts';

export type App = 'auth' | 'portal';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Balancer {
  url: string;
  port: number;
  pools: Record<App, Pool>;
  close(): Promise<void>;
}

/** A request may take as long to arrive as in the apps (REQUEST_TIMEOUT_MS), its headers 10 s; checked every second. */
const TIMEOUTS = { requestTimeout: 30_000, headersTimeout: 10_000, connectionsCheckingInterval: 1000 };

/**
 * One address for all replicas, like an ingress: `/auth` goes to auth, everything else to portal. Besides names of this machine,
 * it serves the host names in `hosts`. Rejects with EADDRINUSE when the port is taken.
 */
export async function startBalancer(
  wantedPort: number,
  members: Partial<Record<App, Member[]>> = {},
  hosts: readonly string[] = [],
): Promise<Balancer> {
  const pools = { auth: new Pool(), portal: new Pool() };
  for (const app of ['auth', 'portal'] as const) for (const member of members[app] ?? []) pools[app].add(member);
  const proxy = httpProxy.createProxyServer({ xfwd: true });
  proxy.on('proxyRes', keepVisitorsConnection).on('proxyRes', endTogether);
  const streams = new StreamLimit();
  const handle: Handler = (request, response) => {
    if (!isOwnHost(request.headers.host, hosts)) refuse(response, 421, 'This host name is not served: add it to ALLOWED_HOSTS.');
    else if (isInternal(request.url ?? '/')) refuse(response, 404, 'This path is not served here.');
    else if (!streams.admits(request, response)) refuse(response, 429, 'Too many event streams are open. Close some tabs.');
    else void forward(proxy, pools[appFor(request.url ?? '/')], request, response);
  };
  const servers = await listen(handle, wantedPort);
  const port = portOf(servers[0]!);
  return {
    url: `http://localhost:${port}`,
    port,
    pools,
    close: async () => {
      for (const pool of Object.values(pools)) pool.clear();
      await Promise.all(servers.map(close));
    },
  };
}

/** These headers are about the replica's connection (RFC 9110, 7.6.1); the visitor's stays open. */
function keepVisitorsConnection({ headers }: IncomingMessage): void {
  delete headers.connection;
  delete headers['keep-alive'];
}

/** For the scraper and the health checks, which ask the replicas themselves. */
const isInternal = (url: string): boolean => /^\/(health|metrics)([/?]|$)/i.test(url);

const appFor = (url: string): App => (/^\/auth([/?]|$)/.test(url) ? 'auth' : 'portal');

/** When a replica dies halfway through a response, the visitor's connection is closed too. */
function endTogether(upstream: IncomingMessage, _: IncomingMessage, response: ServerResponse): void {
  upstream.once('close', () => upstream.complete || response.destroy());
}

/** `localhost` is two addresses. A process that holds the other one would receive half of the requests. */
async function listen(handle: Handler, port: number): Promise<Server[]> {
  const first = await listenOn(LOOPBACK, port, handle);
  try {
    return [first, await listenOn('::1', portOf(first), handle)];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return [first];
    await close(first);
    throw error;
  }
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function listenOn(host: string, port: number, handle: Handler): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(TIMEOUTS, handle).once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
