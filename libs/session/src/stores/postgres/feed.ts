import { EventEmitter } from 'node:events';
import pg from 'pg';
import { withDeadline } from '../../kit/deadline.ts';
import { jittered, pause } from '../../kit/pause.ts';
import type { Database } from './database.ts';
import { SELECT_EVENTS, writeEvents, type NewEvent, type SessionEvent } from './events.ts';

export async function markApplied(database: Database, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await database.query('UPDATE session_event SET applied_at = now() WHERE id = ANY($1::int8[])', [ids]);
}

/** The events after an id that are not applied to Redis yet, oldest first. */
export function unapplied(database: Database, limit: number, after = 0): Promise<SessionEvent[]> {
  return database.read(`${SELECT_EVENTS} WHERE applied_at IS NULL AND id > $2 ORDER BY session_event.id LIMIT $1`, [
    limit,
    after,
  ]);
}

const PAGE = 500;

/**
 * The event feed: follows table `session_event`, on NOTIFY and at least every `boundMs` (the revocation bound). It resumes
 * from the last id, so a lost connection delays events but loses none. Listeners get events in the order of ids.
 */
export class SessionFeed extends EventEmitter<{ event: [SessionEvent]; woken: [] }> {
  private last: number | undefined;
  private readonly closing = new AbortController();
  private running: Promise<void[]> = Promise.resolve([]);
  private reading: Promise<void> | undefined;
  private again = false;

  constructor(
    private readonly database: Database,
    private readonly boundMs: number,
  ) {
    super();
    this.setMaxListeners(0);
  }

  start(): void {
    this.running = Promise.all([this.poll(), this.listen()]);
  }

  /** Id of the newest event that was delivered. */
  get position(): number {
    return this.last ?? 0;
  }

  subscribe(listener: (event: SessionEvent) => void): () => void {
    this.on('event', listener);
    return () => this.off('event', listener);
  }

  /** Events after an id, for a listener that was disconnected. */
  since(id: number, limit = PAGE): Promise<SessionEvent[]> {
    return this.database.read(`${SELECT_EVENTS} WHERE id > $1 ORDER BY session_event.id LIMIT $2`, [id, limit]);
  }

  /** Announces an event of the application to every replica. */
  async publish(
    type: string,
    details: Record<string, unknown>,
    about: Partial<Pick<NewEvent, 'publicId' | 'userId' | 'reason'>> = {},
  ): Promise<void> {
    await this.database.transaction((tx) => writeEvents(tx, [{ type, details, ...about, unapplied: false }]));
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  private async poll(): Promise<void> {
    while (!this.closing.signal.aborted) {
      if (this.database.readable) await this.read();
      await pause(this.boundMs * 0.5, this.closing.signal);
    }
  }

  /** One reader at a time; a call during a read adds one more round. */
  private read(): Promise<void> {
    this.again = true;
    this.reading ??= this.readAll().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readAll(): Promise<void> {
    try {
      while (this.again) {
        this.again = false;
        this.last ??= await this.newest();
        const events = await this.since(this.last);
        for (const event of events) this.deliver(event);
        if (events.length === PAGE) this.again = true;
      }
      this.emit('woken');
    } catch {
      // Postgres is unavailable: the next poll resumes from the same id.
    }
  }

  private deliver(event: SessionEvent): void {
    this.last = event.id;
    this.emit('event', event);
  }

  private async newest(): Promise<number> {
    const [row] = await this.database.read<{ id: string | null }>('SELECT max(id) AS id FROM session_event');
    return Number(row?.id ?? 0);
  }

  private async listen(): Promise<void> {
    await this.database.known;
    while (!this.closing.signal.aborted) {
      // Polling does without this connection, which the server may have to spare for queries.
      if (this.database.ready) await this.listenOnce().catch(() => undefined);
      await pause(jittered(500), this.closing.signal);
    }
  }

  /** LISTEN needs a connection that stays; those of the pool do not. */
  private async listenOnce(): Promise<void> {
    const { url, applicationName } = this.database.options;
    const client = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: 1000,
      application_name: `${applicationName} feed`,
    });
    const end = Promise.withResolvers<void>();
    for (const event of ['error', 'end'] as const) client.on(event, () => end.resolve());
    this.closing.signal.addEventListener('abort', () => end.resolve(), { once: true });
    this.database.once('down', end.resolve);
    client.on('notification', () => void this.read());
    try {
      await withDeadline(
        client.connect().then(() => client.query('LISTEN session_event')),
        1000,
        'Postgres',
      );
      await this.read();
      await end.promise;
    } finally {
      this.database.off('down', end.resolve);
      void client.end().catch(() => undefined);
    }
  }
}
