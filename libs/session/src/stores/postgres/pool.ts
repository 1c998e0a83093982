import pg, { type PoolClient, type PoolConfig } from 'pg';
import { DeadlineError } from '../../kit/deadline.ts';

/** No connection was free in time, or none would be. Nothing was sent to Postgres. */
export class PoolBusyError extends DeadlineError {}

/** SQLSTATEs of a server or pooler that has no connection left: too many connections, configuration limit, connection refused. */
const REFUSED_STATES = /^(53300|53400|08)/;
const REFUSED = /too many (clients|connections)|max ?clients|no more connections/i;
/** The driver's words for a wait that reached the deadline. */
const TIMED_OUT = /^(timeout exceeded when trying to connect|Connection terminated due to connection timeout)/;

/** How long a lowered maximum stays before the pool tries one connection more. */
const GROW_MS = 3000;
/** The part of the last use in the average time that a connection is in use. */
const WEIGHT = 0.05;

type Done = (destroy?: Error | boolean) => void;
type Callback = (error: Error | undefined, client: PoolClient | undefined, done: Done) => void;

/**
 * A pool whose maximum adapts to what the server grants. A refused connection is no outage while the pool has others: the
 * caller waits for one of these. A caller whose wait would exceed the deadline is refused at once.
 */
export class AdaptivePool extends pg.Pool {
  private readonly most = this.options.max;
  private readonly deadlineMs = this.options.connectionTimeoutMillis!;
  private readonly open = new Set<PoolClient>();
  private readonly discarded = new WeakSet<PoolClient>();
  private readonly acquiredAt = new WeakMap<PoolClient, number>();
  private meanUseMs = 0;
  private adaptedAt = 0;

  constructor(config?: PoolConfig) {
    super(config);
    this.on('connect', (client) => {
      // A connection that fails while in use fails its statement. Without a listener it would end the process.
      client.on('error', () => undefined);
      this.open.add(client);
    });
    this.on('acquire', (client) => this.acquiredAt.set(client, performance.now()));
    this.on('release', (error: unknown, client: PoolClient) => this.released(error, client));
    this.on('remove', (client) => this.open.delete(client));
  }

  /** Whether Postgres has granted a connection that has not failed since. */
  get isOpen(): boolean {
    return this.open.size > 0;
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<PoolClient> | void {
    const acquired = this.acquire();
    if (callback === undefined) return acquired;
    acquired.then(
      (client) => callback(undefined, client, (destroy) => client.release(destroy)),
      (error: Error) => callback(error, undefined, () => undefined),
    );
  }

  /** Ends every connection. Those to a frozen server would never return to the pool. */
  discard(): void {
    for (const client of this.open) {
      this.discarded.add(client);
      void client.end();
    }
    this.open.clear();
  }

  private async acquire(): Promise<PoolClient> {
    this.refuseEarly();
    this.grow();
    for (;;) {
      try {
        const client = await super.connect();
        if (!this.discarded.has(client)) return client;
        client.release(true);
      } catch (error) {
        if (!this.isOpen) throw error;
        if (TIMED_OUT.test((error as Error).message)) throw new PoolBusyError('No connection to Postgres was free in time.');
        if (!isRefusal(error)) throw error;
        this.resize(Math.max(1, this.open.size));
      }
    }
  }

  private refuseEarly(): void {
    const waitMs = (this.waitingCount * this.meanUseMs) / this.options.max;
    if (waitMs > this.deadlineMs) throw new PoolBusyError(`${this.waitingCount} others wait for a connection to Postgres.`);
  }

  private grow(): void {
    if (this.options.max < this.most && performance.now() - this.adaptedAt > GROW_MS) this.resize(this.options.max + 1);
  }

  private resize(max: number): void {
    this.options.max = max;
    this.adaptedAt = performance.now();
  }

  private released(error: unknown, client: PoolClient): void {
    if (error) this.open.delete(client);
    const usedMs = Math.min(performance.now() - (this.acquiredAt.get(client) ?? Infinity), this.deadlineMs);
    if (usedMs >= 0) this.meanUseMs += WEIGHT * (usedMs - this.meanUseMs);
  }
}

function isRefusal(error: unknown): boolean {
  const { code = '', message } = error as Error & { code?: string };
  return REFUSED_STATES.test(code) || REFUSED.test(message);
}
