import { EventEmitter } from 'node:events';
import { DeadlineError, withDeadline } from '../../kit/deadline.ts';
import { jittered, pause } from '../../kit/pause.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import { connect, type Connection, type RedisAddress, type RedisCommands } from './client.ts';

type LinkState = 'open' | 'recovering' | 'closed';

/** Runs commands with a deadline, and only while Redis is trusted. */
export type Ask = <T>(work: (redis: RedisCommands) => Promise<T>, deadlineMs?: number) => Promise<T>;

/** Runs on every new connection. Redis is trusted once it returns; it throws to refuse. */
type Recover = (connection: Connection) => Promise<void>;

/** One slow response does not mean a frozen server; this many in a row do. */
const TIMEOUTS_IN_A_ROW = 2;
const BACKOFF_MS = { first: 50, last: 1000 };
/** Errors of a server that refuses every command. */
const REFUSES = /^(READONLY|LOADING|MASTERDOWN|MISCONF|NOAUTH|WRONGPASS|NOPERM|CLUSTERDOWN|UNBLOCKED|NOREPLICAS)/;

/**
 * Redis behind a deadline and a circuit breaker ("closed" means trusted). It starts open. A connection that fails is
 * destroyed, and the next one must recover before it is trusted. User traffic is never the probe.
 */
export class RedisLink extends EventEmitter<{ up: []; down: [] }> {
  private connection: Connection | undefined;
  private state: LinkState = 'open';
  private since = Date.now();
  private why: Error | null = new Error('not connected yet');
  private timeouts = 0;
  private respondedAt = 0;
  private readonly closing = new AbortController();
  private keeping: Promise<void> = Promise.resolve();
  private drop: (why: Error) => void = () => undefined;

  constructor(
    private readonly address: RedisAddress,
    /** Asked for each command: Redis need not hurry while there is no other store to ask. */
    private readonly deadlineMs: () => number,
  ) {
    super();
  }

  start(recover: Recover): void {
    this.keeping = this.keepConnected(recover);
  }

  get trusted(): boolean {
    return this.state === 'closed';
  }

  /** The connection in use, for what needs more than commands (scans). */
  get current(): Connection | undefined {
    return this.trusted ? this.connection : undefined;
  }

  status(): { state: LinkState; since: number; reason: string | null } {
    return { state: this.state, since: this.since, reason: this.why?.message ?? null };
  }

  readonly ask: Ask = async (work, deadlineMs = this.deadlineMs()) => {
    const connection = this.connection;
    if (this.state !== 'closed' || connection === undefined)
      throw new StoreUnavailableError('redis', `Redis is unavailable: ${this.why?.message}`);
    try {
      const result = await withDeadline(work(connection.commands), deadlineMs, 'Redis');
      this.timeouts = 0;
      this.respondedAt = performance.now();
      return result;
    } catch (error) {
      this.judge(connection, error as Error);
      throw error;
    }
  };

  /** Drops the connection. Redis is not trusted until the next one has recovered. */
  distrust(why: Error): void {
    this.drop(why);
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.drop(new Error('closing'));
    await this.keeping;
  }

  /** Throws a typed error, and drops a connection that is of no more use. */
  private judge(connection: Connection, error: Error): never {
    if (isOutOfMemory(error)) throw new StoreUnavailableError('redis', error.message, { cause: error });
    if (error instanceof DeadlineError) this.timeouts++;
    const useless = error instanceof DeadlineError ? this.seemsFrozen() : REFUSES.test(error.message) || !isReply(error);
    if (useless && connection === this.connection) this.drop(error);
    throw new StoreUnavailableError('redis', `Redis is unavailable: ${error.message}`, { cause: error });
  }

  /** Several timeouts in a row and no response to any other command: without the second, a busy Redis would look frozen. */
  private seemsFrozen(): boolean {
    return this.timeouts >= TIMEOUTS_IN_A_ROW && performance.now() - this.respondedAt >= this.deadlineMs();
  }

  private async keepConnected(recover: Recover): Promise<void> {
    let backoffMs = BACKOFF_MS.first;
    while (!this.closing.signal.aborted) {
      const worked = await this.useOneConnection(recover);
      backoffMs = worked ? BACKOFF_MS.first : Math.min(backoffMs * 2, BACKOFF_MS.last);
      await pause(jittered(backoffMs), this.closing.signal);
    }
  }

  /** From connecting to losing the connection. True if it was trusted in between. */
  private async useOneConnection(recover: Recover): Promise<boolean> {
    let connection: Connection | undefined;
    try {
      connection = await connect(this.address);
      const lost = this.lossOf(connection);
      this.become('recovering', null);
      await Promise.race([recover(connection), lost.then((why) => Promise.reject(why))]);
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

  /** Trust ends in the same turn as the connection, before another command can be sent. Reports the first reason. */
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

/** An error that the server sent: the connection itself works. */
function isReply(error: Error): boolean {
  return /^(ErrorReply|SimpleError|BlobError)$/.test(error.constructor.name);
}

export function isOutOfMemory(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && /\bOOM\b/.test(cause.message);
}
