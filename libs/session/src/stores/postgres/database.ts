import { EventEmitter } from 'node:events';
import type { PoolClient, PoolConfig } from 'pg';
import { DataSource, type EntityTarget, type ObjectLiteral, type Repository } from 'typeorm';
import { DeadlineError, withDeadline } from '../../kit/deadline.ts';
import { jittered, pause } from '../../kit/pause.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import type { Tx } from '../../model/store.ts';
import { ClientLease, probe, probePool, send, type Statement } from './connection.ts';
import { isOutage, isReadOnly, messageOf } from './outage.ts';
import { AdaptivePool, PoolBusyError } from './pool.ts';

export interface DatabaseOptions {
  readonly url: string;
  readonly deadlineMs: number;
  /** TypeORM entities of the application. The library's own tables are only used by its statements. */
  readonly entities: readonly NewableFunction[];
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
}

const PROBE_MS = 250;

/** `min`: a replica that has a connection keeps one. The others are returned, because replicas share what the server has. */
const POOL = { max: 10, min: 1, idleTimeoutMillis: 3000, keepAlive: true };

/** `read-only`: a standby, or a server that refuses writes. Reads succeed, and writes fail as while it is down. */
export type DatabaseState = 'down' | 'read-only' | 'up';

/**
 * Postgres behind a deadline and a circuit breaker. The breaker starts open, closes when a probe succeeds, and opens at the
 * first sign that the server is down or frozen. User traffic is never the probe. Emits 'up' and 'down', of writes.
 */
export class Database extends EventEmitter<{ up: []; down: [] }> {
  readonly dataSource: DataSource;
  private pool!: AdaptivePool;
  private readonly closing = new AbortController();
  private becomeKnown!: () => void;
  /** True once the first probe has succeeded or failed. */
  isKnown = false;
  private state: DatabaseState = 'down';
  private respondedAt = 0;
  private since = Date.now();
  private why: unknown = 'not connected yet';
  private probing: Promise<void> = Promise.resolve();

  constructor(readonly options: DatabaseOptions) {
    super();
    const adopt = (pool: AdaptivePool) => void (this.pool = pool);
    this.dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      applicationName: options.applicationName,
      entities: [...options.entities] as never,
      extra: { ...POOL, connectionTimeoutMillis: options.deadlineMs },
      // TypeORM makes its pool from this. Statements of this class use the same pool, without TypeORM in between.
      driver: {
        Pool: class extends AdaptivePool {
          constructor(config?: PoolConfig) {
            super(config);
            adopt(this);
          }
        },
      },
      // A connection that fails while idle is the first sign of an outage.
      poolErrorHandler: (error: Error) => this.lost(error),
    });
  }

  /** Runs on the probe's connection before Postgres counts as up. If it fails, the probe has failed. */
  beforeUp: (tx: Tx) => Promise<unknown> = () => Promise.resolve();

  /** Begins to connect. Returns at once, also while Postgres is unavailable. */
  start(): void {
    this.probing = this.probeUntilUp();
  }

  /** Resolves when the first probe has succeeded or failed. */
  readonly known: Promise<void> = new Promise((resolve) => (this.becomeKnown = resolve));

  /** It can be written to. */
  get ready(): boolean {
    return this.state === 'up';
  }

  get readable(): boolean {
    return this.state !== 'down';
  }

  status(): { state: 'closed' | 'open'; since: number; reason: string | null } {
    return { state: this.ready ? 'closed' : 'open', since: this.since, reason: this.ready ? null : messageOf(this.why) };
  }

  async query<T extends object>(
    sql: string | Statement,
    params: unknown[] = [],
    options: { deadlineMs?: number } = {},
  ): Promise<T[]> {
    return this.run((client) => send<T>(client, sql, params), options.deadlineMs);
  }

  /** A statement that writes nothing: also sent while Postgres is read-only. */
  async read<T extends object>(sql: string | Statement, params: unknown[] = []): Promise<T[]> {
    return this.run((client) => send<T>(client, sql, params), undefined, this.readable);
  }

  /** The deadline is for the whole transaction. */
  async transaction<T>(work: (tx: Tx) => Promise<T>, options: { deadlineMs?: number } = {}): Promise<T> {
    return this.run(async (client) => {
      await client.query('BEGIN');
      try {
        const result = await work({ query: (sql, params = []) => send(client, sql, params) });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
    }, options.deadlineMs);
  }

  /** TypeORM for the application's own tables. Wrap its calls in `guarded`. */
  repository<E extends ObjectLiteral>(entity: EntityTarget<E>): Repository<E> {
    return this.dataSource.getRepository(entity);
  }

  /** Gives any TypeORM call the deadline, the breaker and the typed error of this class. */
  async guarded<T>(work: () => Promise<T>): Promise<T> {
    return this.judged(() => withDeadline(work(), this.options.deadlineMs, 'Postgres'));
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.state = 'down';
    await this.probing;
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async run<T>(
    work: (client: PoolClient) => Promise<T>,
    deadlineMs = this.options.deadlineMs,
    isPossible = this.ready,
  ): Promise<T> {
    return this.judged(() => new ClientLease(this.pool).run(work, deadlineMs), isPossible);
  }

  private async judged<T>(work: () => Promise<T>, isPossible = this.ready): Promise<T> {
    if (!isPossible) throw new StoreUnavailableError('postgres', `Postgres is unavailable: ${messageOf(this.why)}`);
    try {
      const result = await work();
      this.respondedAt = performance.now();
      return result;
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (isReadOnly(error)) this.becomeReadOnly(error);
      else if (!this.isMerelyBusy(error)) this.lost(error);
      throw new StoreUnavailableError('postgres', `Postgres is unavailable: ${messageOf(error)}`, { cause: error });
    }
  }

  /** No connection was free, or a statement timed out but others succeeded meanwhile: Postgres is busy, not unavailable. */
  private isMerelyBusy(error: unknown): boolean {
    if (error instanceof PoolBusyError) return true;
    return error instanceof DeadlineError && performance.now() - this.respondedAt < this.options.deadlineMs;
  }

  private lost(error: unknown): void {
    if (!this.readable || this.closing.signal.aborted) return;
    this.pool.discard();
    this.leave('down', error);
  }

  private becomeReadOnly(error: unknown): void {
    if (this.ready && !this.closing.signal.aborted) this.leave('read-only', error);
  }

  /** From read-only, it is being probed already. */
  private leave(next: DatabaseState, why: unknown): void {
    const wasReady = this.ready;
    this.become(next, why);
    if (!wasReady) return;
    this.emit('down');
    this.probing = this.probeUntilUp();
  }

  private async probeUntilUp(): Promise<void> {
    while (!this.closing.signal.aborted) {
      try {
        await this.probe();
        if (this.closing.signal.aborted) return;
        this.become('up', null);
        this.emit('up');
        return;
      } catch (error) {
        if (isReadOnly(error)) await this.initialize().catch(() => undefined);
        this.become(isReadOnly(error) && this.dataSource.isInitialized ? 'read-only' : 'down', error);
        await pause(jittered(PROBE_MS), this.closing.signal);
      }
    }
  }

  private async probe(): Promise<void> {
    const options = { ...this.options, next: this.beforeUp };
    if (this.dataSource.isInitialized) return probePool(this.pool, options);
    await probe(options);
    await this.initialize();
  }

  private async initialize(): Promise<void> {
    if (!this.dataSource.isInitialized) await this.dataSource.initialize();
  }

  private become(state: DatabaseState, why: unknown): void {
    if (state !== this.state) this.since = Date.now();
    this.state = state;
    this.why = why;
    this.isKnown = true;
    this.becomeKnown();
  }
}
