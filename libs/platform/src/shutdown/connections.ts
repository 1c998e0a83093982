import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Draining } from './draining.ts';

/** How often idle connections are closed while the last responses are sent. */
const IDLE_CHECK_MS = 50;

/** The connections of one server, so that they can be closed without truncating a response. */
export class Connections {
  private readonly responses = new Set<ServerResponse>();

  constructor(
    private readonly server: Server,
    private readonly draining: Draining,
  ) {
    server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => this.follow(response));
  }

  /** Sends `Connection: close` with every response that has not started. */
  closeAfterResponse(): void {
    for (const response of this.responses) if (!response.headersSent) response.shouldKeepAlive = false;
  }

  /** Accepts no new connection, closes idle ones, waits for requests in progress; closes what is left after `timeoutMs`. */
  async end(timeoutMs: number, endStreams: () => void): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    endStreams();
    const idle = setInterval(() => this.server.closeIdleConnections(), IDLE_CHECK_MS);
    const cut = setTimeout(() => this.server.closeAllConnections(), timeoutMs);
    await closed;
    clearInterval(idle);
    clearTimeout(cut);
  }

  private follow(response: ServerResponse): void {
    if (this.draining.isDraining) response.shouldKeepAlive = false;
    this.responses.add(response);
    response.once('close', () => this.responses.delete(response));
  }
}
