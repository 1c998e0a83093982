import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ProxyServer } from 'http-proxy-3';
import { bodyOf } from './body.ts';
import type { Member, Pool } from './pool.ts';
import { refuse } from './refuse.ts';

/** Longer than the heartbeat of an event stream, the longest pause of a healthy replica. */
const SILENCE_MS = 20_000;
/** Ten times what the apps accept. Bodies are kept in memory until a replica has responded. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Forwards a request to a replica, and retries on the next one where that is safe: a GET or HEAD until the first response
 * header, anything else only if the connection was refused. So no change is executed twice.
 */
export async function forward(proxy: ProxyServer, pool: Pool, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request, MAX_BODY_BYTES);
  if (!body) return void response.destroy();
  if (body === 'too large') return refuseBody(request, response);
  const tried = new Set<Member>();
  for (let member = pool.next(tried); member; member = pool.next(tried)) {
    const failure = await attempt(proxy, member, request, body, response);
    if (!failure || response.destroyed) return;
    pool.eject(member);
    tried.add(member);
    if (response.headersSent) return void response.destroy();
    if (!mayTryAgain(request, failure)) return refuse(response, 502, `${member.name} closed the connection before it responded.`);
  }
  refuse(response, 503, 'No replica is responding.');
}

/** Null when the replica responded. */
function attempt(
  proxy: ProxyServer,
  member: Member,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<NodeJS.ErrnoException | null> {
  dropForwardedHeaders(request);
  return new Promise((resolve) => {
    response.once('close', () => resolve(null));
    const options = { target: member.url, buffer: Readable.from([body]), proxyTimeout: SILENCE_MS };
    proxy.web(request, response, options, (error) => resolve(error));
  });
}

const mayTryAgain = (request: IncomingMessage, failure: NodeJS.ErrnoException): boolean =>
  request.method === 'GET' || request.method === 'HEAD' || failure.code === 'ECONNREFUSED';

/** This is the first proxy, so what a visitor claims about proxies is dropped. */
function dropForwardedHeaders(request: IncomingMessage): void {
  for (const name of Object.keys(request.headers)) {
    if (name === 'forwarded' || name === 'x-real-ip' || name.startsWith('x-forwarded-')) delete request.headers[name];
  }
}

/** The rest of the body is not read: the connection closes. */
function refuseBody(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('connection', 'close');
  response.once('finish', () => request.destroy());
  refuse(response, 413, `A request may have ${MAX_BODY_BYTES} bytes.`);
}
