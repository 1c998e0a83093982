import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Draining } from './draining.ts';

/** How often idle connections are looked for while the last answers go out. */
const IDLE_CHECK_MS = 50;

/** The connections of one server, so that they can be closed without cutting an answer. */
export class Connections {
  private readonly answers = new Set<ServerResponse>();

  constructor(
    private readonly server: Server,
    private readonly draining: Draining,
  ) {
    server.prependListener('request', (_req: IncomingMessage, res: ServerResponse) => this.follow(res));
  }

  /** Asks the client of every answer that has not begun not to reuse its connection. */
  closeAfterAnswer(): void {
    for (const res of this.answers) if (!res.headersSent) res.shouldKeepAlive = false;
  }

  /** Takes no new connection, ends idle ones, waits for requests under way; cuts what is left after `timeoutMs`. */
  async end(timeoutMs: number, endStreams: () => void): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    endStreams();
    const idle = setInterval(() => this.server.closeIdleConnections(), IDLE_CHECK_MS);
    const cut = setTimeout(() => this.server.closeAllConnections(), timeoutMs);
    await closed;
    clearInterval(idle);
    clearTimeout(cut);
  }

  private follow(res: ServerResponse): void {
    if (this.draining.isDraining) res.shouldKeepAlive = false;
    this.answers.add(res);
    res.once('close', () => this.answers.delete(res));
  }
}
