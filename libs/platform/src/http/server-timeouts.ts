import { createServer, type ServerOptions } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';

const HEADERS_TIMEOUT_MS = 10_000;
/** Node closes late connections at this interval; its default is 30 s. */
const CHECK_MS = 1000;

/** How long a request may take to arrive. Slow senders hold a connection no longer than this (slowloris). */
export const serverTimeouts = (requestTimeoutMs: number): ServerOptions => ({
  requestTimeout: requestTimeoutMs,
  headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
  connectionsCheckingInterval: CHECK_MS,
});

/** Express on a server with these timeouts. Nest passes no options to a plain http server. */
export class TimedExpressAdapter extends ExpressAdapter {
  constructor(private readonly requestTimeoutMs: number) {
    super();
  }

  override initHttpServer(): void {
    this.httpServer = createServer(serverTimeouts(this.requestTimeoutMs), this.getInstance());
  }
}
