import { EventEmitter } from 'node:events';
import pg, { type Pool, type PoolClient } from 'pg';
import { DataSource, type EntityTarget, type ObjectLiteral, type Repository } from 'typeorm';
import { StoreUnavailableError } from '../../model/errors.ts';
import type { Tx } from '../../model/store.ts';
import { DeadlineError, withDeadline } from '../../kit/deadline.ts';
import { countOperation } from '../operations.ts';
import { jittered, pause } from '../../kit/pause.ts';
import { SessionCacheRow, SessionEventRow, SessionRow } from './session.entity.ts';

export interface DatabaseOptions {
  readonly url: string;
  readonly deadlineMs: number;
  readonly poolSize?: number;
  /** Entities of the application, beside the library's own. */
  readonly entities?: readonly NewableFunction[];
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
}

export interface Statement {
  /** A name makes it a prepared statement: parsed once per connection. */
  readonly name?: string;
  readonly text: string;
}

const PROBE_MS = 250;

/**
 * Postgres behind a deadline and a circuit breaker. It starts open, closes when a probe was answered, and opens at the
 * first sign that the server is gone or frozen. User traffic is never the probe. Emits 'up' and 'down'.
 */
export class Database extends EventEmitter<{ up: []; down: [] }> {
  readonly dataSource: DataSource;
  private readonly clients = new Set<PoolClient>();
  private readonly closing = new AbortController();
  private tellKnown!: () => void;
  /** True once it is known whether Postgres is there. */
  isKnown = false;
  private up = false;
  private answeredAt = 0;
  private since = Date.now();
  private why: unknown = 'not connected yet';
  private probing: Promise<void> = Promise.resolve();

  constructor(readonly options: DatabaseOptions) {
    super();
    this.dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      applicationName: options.applicationName ?? 'baton',
      entities: [SessionRow, SessionEventRow, SessionCacheRow, ...(options.entities ?? [])] as never,
      extra: { max: options.poolSize ?? 10, keepAlive: true, connectionTimeoutMillis: options.deadlineMs },
      // A connection that dies while idle is the first sign of trouble.
      poolErrorHandler: (error: Error) => this.lost(error),
    });
  }

  /** Begins to connect; a server that is away keeps nobody from starting. */
  start(): void {
    this.probing = this.probeUntilUp();
  }

  /** Resolves when it is known for the first time whether Postgres is there. */
  readonly known: Promise<void> = new Promise((resolve) => (this.tellKnown = resolve));

  get ready(): boolean {
    return this.up;
  }

  status(): { state: 'closed' | 'open'; since: number; reason: string | null } {
    return { state: this.up ? 'closed' : 'open', since: this.since, reason: this.up ? null : messageOf(this.why) };
  }

  async query<T extends object>(
    sql: string | Statement,
    params: unknown[] = [],
    options: { deadlineMs?: number } = {},
  ): Promise<T[]> {
    return this.run((client) => ask<T>(client, sql, params), options.deadlineMs);
  }

  /** All or nothing; a deadline for the whole. */
  async transaction<T>(work: (tx: Tx) => Promise<T>, options: { deadlineMs?: number } = {}): Promise<T> {
    return this.run(async (client) => {
      await client.query('BEGIN');
      try {
        const result = await work({ query: (sql, params = []) => ask(client, sql, params) });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
    }, options.deadlineMs);
  }

  /** TypeORM for the rest of the application. Wrap its calls in `guarded`. */
  repository<E extends ObjectLiteral>(entity: EntityTarget<E>): Repository<E> {
    return this.dataSource.getRepository(entity);
  }

  /** Gives any TypeORM call the deadline, the breaker and the typed error of this class. */
  async guarded<T>(work: () => Promise<T>): Promise<T> {
    return this.judged(() => withDeadline(work(), this.options.deadlineMs, 'Postgres'));
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.up = false;
    await this.probing;
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async run<T>(work: (client: PoolClient) => Promise<T>, deadlineMs = this.options.deadlineMs): Promise<T> {
    return this.judged(() => {
      const lease = new ClientLease(this.pool);
      return withDeadline(lease.use(work), deadlineMs, 'Postgres').catch((error: unknown) => {
        lease.end(error);
        throw error;
      });
    });
  }

  private async judged<T>(work: () => Promise<T>): Promise<T> {
    if (!this.up) throw new StoreUnavailableError('postgres', `Postgres is away: ${messageOf(this.why)}`);
    try {
      const result = await work();
      this.answeredAt = performance.now();
      return result;
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (!this.isMerelyBusy(error)) this.lost(error);
      throw new StoreUnavailableError('postgres', `Postgres is away: ${messageOf(error)}`, { cause: error });
    }
  }

  /** A question timed out, but others were answered meanwhile: there is a queue, not an outage. */
  private isMerelyBusy(error: unknown): boolean {
    return error instanceof DeadlineError && performance.now() - this.answeredAt < this.options.deadlineMs;
  }

  private lost(error: unknown): void {
    if (!this.up || this.closing.signal.aborted) return;
    this.up = false;
    this.since = Date.now();
    this.why = error;
    // Connections of a frozen server would stay taken for ever.
    for (const client of this.clients) void client.end();
    this.emit('down');
    this.probing = this.probeUntilUp();
  }

  private async probeUntilUp(): Promise<void> {
    while (!this.closing.signal.aborted) {
      try {
        await this.probe();
        this.up = true;
        this.since = Date.now();
        this.probed();
        this.emit('up');
        return;
      } catch (error) {
        this.why = error;
        this.probed();
        await pause(jittered(PROBE_MS), this.closing.signal);
      }
    }
  }

  private probed(): void {
    this.isKnown = true;
    this.tellKnown();
  }

  /** A new connection and a question to the tables: this is what the next query will need. */
  private async probe(): Promise<void> {
    const client = new pg.Client({ connectionString: this.options.url, connectionTimeoutMillis: this.options.deadlineMs });
    client.on('error', () => undefined);
    try {
      await withDeadline(
        client.connect().then(() => client.query('SELECT generation FROM session_cache')),
        this.options.deadlineMs,
        'Postgres',
      );
    } finally {
      void client.end().catch(() => undefined);
    }
    if (!this.dataSource.isInitialized) await this.initialize();
  }

  private async initialize(): Promise<void> {
    await this.dataSource.initialize();
    this.pool.on('acquire', (client) => this.adopt(client));
    this.pool.on('remove', (client) => this.clients.delete(client));
  }

  /** A connection that dies while it is lent out tells the statement under way, or the next one. Without a listener it would end the process. */
  private adopt(client: PoolClient): void {
    if (!this.clients.has(client)) client.on('error', () => undefined);
    this.clients.add(client);
  }

  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }
}

/** One connection for one piece of work; whoever gives up first ends it, and it goes back to the pool at most once. */
class ClientLease {
  private client: PoolClient | undefined;
  private ended = false;

  constructor(private readonly pool: Pool) {}

  async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    this.client = client;
    if (this.ended) {
      client.release();
      throw new DeadlineError('Postgres gave no connection in time.');
    }
    const result = await work(client);
    this.end();
    return result;
  }

  end(error?: unknown): void {
    if (this.client !== undefined && !this.ended) this.client.release(isOutage(error));
    this.ended = true;
  }
}

async function ask<T extends object>(client: PoolClient, sql: string | Statement, params: unknown[]): Promise<T[]> {
  const statement = typeof sql === 'string' ? { text: sql } : sql;
  countOperation(`postgres ${statement.name?.slice('session-'.length) ?? 'other'}`);
  const result = await client.query<T>({ ...statement, values: params });
  return result.rows;
}

/** SQLSTATE classes 08 connection, 53 resources, 57P operator intervention; a standby; wrong credentials; tables that are not there yet. */
const OUTAGE_STATES = /^(08|53|57P|25006|28|3D000|42P01)/;
const OUTAGE_CODES = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/;

export function isOutage(error: unknown): boolean {
  if (error === undefined || error === null) return false;
  if (error instanceof DeadlineError) return true;
  const { code, message } =
    (error as { driverError?: Error & { code?: string } }).driverError ?? (error as Error & { code?: string });
  if (code !== undefined) return OUTAGE_STATES.test(code) || OUTAGE_CODES.test(code);
  return /connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed/i.test(message ?? '');
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ((error as { code?: string }).code === '42P01') return 'its tables are missing; run "npm run migrate".';
  return error.message || ((error as { code?: string }).code ?? error.name);
}
