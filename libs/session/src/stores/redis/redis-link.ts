import { EventEmitter } from 'node:events';
import { StoreUnavailableError } from '../../model/errors.ts';
import { DeadlineError, withDeadline } from '../../kit/deadline.ts';
import { jittered, pause } from '../../kit/pause.ts';
import { connect, type Connection, type RedisAddress, type RedisCommands } from './client.ts';

export type LinkState = 'open' | 'recovering' | 'closed';

/** How Redis is asked: with a deadline, and only while it is trusted. */
export type Ask = <T>(work: (redis: RedisCommands) => Promise<T>) => Promise<T>;

export interface RedisLinkOptions {
  readonly address: RedisAddress;
  readonly deadlineMs: number;
  /** Runs on every new connection; only when it has returned is Redis trusted. Throws to refuse. */
  readonly recover: (connection: Connection) => Promise<void>;
}

/** A slow answer is not yet a frozen server; this many in a row are. */
const TIMEOUTS_IN_A_ROW = 2;
const BACKOFF_MS = { first: 50, last: 1000 };
/** Answers that say: this server will not serve, whatever is asked. */
const REFUSES = /^(READONLY|LOADING|MASTERDOWN|MISCONF|NOAUTH|WRONGPASS|NOPERM|CLUSTERDOWN|UNBLOCKED|NOREPLICAS)/;

/**
 * Redis behind a deadline and a circuit breaker ("closed" = trusted). It starts open. A connection is used as long as it
 * works; one that failed is destroyed and the next one has to recover first. User traffic is never the probe.
 */
export class RedisLink extends EventEmitter<{ up: []; down: [] }> {
  private connection: Connection | undefined;
  private state: LinkState = 'open';
  private since = Date.now();
  private why: Error | null = new Error('not connected yet');
  private timeouts = 0;
  private answeredAt = 0;
  private readonly closing = new AbortController();
  private keeping: Promise<void> = Promise.resolve();
  private drop: (why: Error) => void = () => undefined;

  constructor(private readonly options: RedisLinkOptions) {
    super();
  }

  start(): void {
    this.keeping = this.keepConnected();
  }

  get trusted(): boolean {
    return this.state === 'closed';
  }

  /** The connection in use, for what needs more than commands (scans, the kind of deployment). */
  get current(): Connection | undefined {
    return this.trusted ? this.connection : undefined;
  }

  status(): { state: LinkState; since: number; reason: string | null } {
    return { state: this.state, since: this.since, reason: this.why?.message ?? null };
  }

  readonly ask: Ask = async (work) => {
    const connection = this.connection;
    if (this.state !== 'closed' || connection === undefined)
      throw new StoreUnavailableError('redis', `Redis is away: ${this.why?.message}`);
    try {
      const result = await withDeadline(work(connection.commands), this.options.deadlineMs, 'Redis');
      this.timeouts = 0;
      this.answeredAt = performance.now();
      return result;
    } catch (error) {
      this.judge(connection, error as Error);
      throw error;
    }
  };

  /** Gives up this connection, and trust with it. */
  distrust(why: Error): void {
    this.drop(why);
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.drop(new Error('closing'));
    await this.keeping;
  }

  /** Turns what went wrong into a typed error, and drops a connection that is of no more use. */
  private judge(connection: Connection, error: Error): never {
    if (isOutOfMemory(error)) throw new StoreUnavailableError('redis', error.message, { cause: error });
    if (error instanceof DeadlineError) this.timeouts++;
    const useless = error instanceof DeadlineError ? this.seemsFrozen() : REFUSES.test(error.message) || !isReply(error);
    if (useless && connection === this.connection) this.drop(error);
    throw new StoreUnavailableError('redis', `Redis gave no answer: ${error.message}`, { cause: error });
  }

  /** Several questions in a row without an answer, and none to any other: without the second, a queue would look like an outage. */
  private seemsFrozen(): boolean {
    return this.timeouts >= TIMEOUTS_IN_A_ROW && performance.now() - this.answeredAt >= this.options.deadlineMs;
  }

  private async keepConnected(): Promise<void> {
    let backoffMs = BACKOFF_MS.first;
    while (!this.closing.signal.aborted) {
      const worked = await this.useOneConnection();
      backoffMs = worked ? BACKOFF_MS.first : Math.min(backoffMs * 2, BACKOFF_MS.last);
      await pause(jittered(backoffMs), this.closing.signal);
    }
  }

  /** From connecting to losing the connection; true if it was trusted in between. */
  private async useOneConnection(): Promise<boolean> {
    let connection: Connection | undefined;
    try {
      connection = await connect(this.options.address);
      const lost = this.lossOf(connection);
      this.become('recovering', null);
      await Promise.race([this.options.recover(connection), lost.then((why) => Promise.reject(why))]);
      if (this.closing.signal.aborted) return false;
      this.connection = connection;
      this.timeouts = 0;
      this.become('closed', null);
      this.emit('up');
      const why = await lost;
      this.emit('down');
      this.why = why;
      return true;
    } catch (error) {
      this.drop(error as Error);
      this.become('open', error as Error);
      return false;
    } finally {
      connection?.destroy();
    }
  }

  /** Trust ends in the same turn as the connection, before anybody can ask again. The first reason is the one to tell. */
  private lossOf(connection: Connection): Promise<Error> {
    let over = false;
    return new Promise((resolve) => {
      this.drop = (why) => {
        if (over) return;
        over = true;
        if (this.connection === connection) this.connection = undefined;
        this.become('open', why);
        resolve(why);
      };
      connection.onLost(this.drop);
    });
  }

  private become(state: LinkState, why: Error | null): void {
    if (state !== this.state) this.since = Date.now();
    this.state = state;
    this.why = why;
  }
}

/** The server answered, with an error: the connection itself is fine. */
function isReply(error: Error): boolean {
  return /^(ErrorReply|SimpleError|BlobError)$/.test(error.constructor.name);
}

export function isOutOfMemory(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && /\bOOM\b/.test(cause.message);
}
