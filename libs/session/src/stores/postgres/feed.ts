import { EventEmitter } from 'node:events';
import pg from 'pg';
import { withDeadline } from '../../kit/deadline.ts';
import { jittered, pause } from '../../kit/pause.ts';
import type { Database } from './database.ts';
import { EVENT_COLUMNS, toEvent, writeEvents, type EventRow, type NewEvent, type SessionEvent } from './events.ts';

export async function markApplied(database: Database, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await database.query('UPDATE session_event SET applied_at = now() WHERE id = ANY($1::int8[])', [ids]);
}

/** What Redis has not been told yet, oldest first. */
export async function unapplied(database: Database, limit: number): Promise<SessionEvent[]> {
  const sql = `SELECT ${EVENT_COLUMNS} FROM session_event WHERE applied_at IS NULL ORDER BY id LIMIT $1`;
  return (await database.query<EventRow>(sql, [limit])).map(toEvent);
}

const PAGE = 500;

/**
 * Follows table `session_event`: woken by NOTIFY, polled at least every `boundMs` (the revocation bound), resumed from a
 * number, so a lost connection delays events and loses none. Listeners run in the order of the numbers.
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
    private readonly url: string,
  ) {
    super();
    this.setMaxListeners(0);
  }

  start(): void {
    this.running = Promise.all([this.poll(), this.listen()]);
  }

  /** Number of the newest event that was handed out. */
  get position(): number {
    return this.last ?? 0;
  }

  subscribe(listener: (event: SessionEvent) => void): () => void {
    this.on('event', listener);
    return () => this.off('event', listener);
  }

  /** Events after a number, for whoever was away. */
  async since(id: number, limit = PAGE): Promise<SessionEvent[]> {
    const sql = `SELECT ${EVENT_COLUMNS} FROM session_event WHERE id > $1 ORDER BY id LIMIT $2`;
    return (await this.database.query<EventRow>(sql, [id, limit])).map(toEvent);
  }

  /** An announcement of the application to every replica. */
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
      if (this.database.ready) await this.read();
      await pause(this.boundMs * 0.5, this.closing.signal);
    }
  }

  /** One reader at a time; a call during a read makes one more round. */
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
        for (const event of events) this.handOut(event);
        if (events.length === PAGE) this.again = true;
      }
      this.emit('woken');
    } catch {
      // Postgres is away: the poll goes on from the same number when it is back.
    }
  }

  private handOut(event: SessionEvent): void {
    this.last = event.id;
    this.emit('event', event);
  }

  private async newest(): Promise<number> {
    const [row] = await this.database.query<{ id: string | null }>('SELECT max(id) AS id FROM session_event');
    return Number(row?.id ?? 0);
  }

  private async listen(): Promise<void> {
    while (!this.closing.signal.aborted) {
      await this.listenOnce().catch(() => undefined);
      await pause(jittered(500), this.closing.signal);
    }
  }

  /** A connection of its own: LISTEN belongs to a connection, and the pool's come and go. */
  private async listenOnce(): Promise<void> {
    await this.database.known;
    const client = new pg.Client({
      connectionString: this.url,
      keepAlive: true,
      connectionTimeoutMillis: 1000,
      application_name: 'baton feed',
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
