import pg, { type ClientBase, type PoolClient } from 'pg';
import { DeadlineError, withDeadline } from '../../kit/deadline.ts';
import type { Tx } from '../../model/store.ts';
import { countOperation } from '../operations.ts';
import { isOutage } from './outage.ts';
import { PoolBusyError, type AdaptivePool } from './pool.ts';

export interface Statement {
  /** With a name it is a prepared statement, parsed once per connection. */
  readonly name?: string;
  readonly text: string;
}

export async function send<T extends object>(client: PoolClient, sql: string | Statement, params: unknown[]): Promise<T[]> {
  const statement = typeof sql === 'string' ? { text: sql } : sql;
  countOperation(`postgres ${statement.name?.slice('session-'.length) ?? 'other'}`);
  const result = await client.query<T>({ ...statement, values: params });
  return result.rows;
}

/** One connection for one piece of work. It returns to the pool once, when the work ends or when its deadline does. */
export class ClientLease {
  private client: PoolClient | undefined;
  private isOver = false;

  constructor(private readonly pool: AdaptivePool) {}

  /** @throws PoolBusyError if no connection was free within the deadline. */
  async run<T>(work: (client: PoolClient) => Promise<T>, deadlineMs: number): Promise<T> {
    try {
      return await withDeadline(this.use(work), deadlineMs, 'Postgres');
    } catch (error) {
      const isBusy = error instanceof DeadlineError && this.client === undefined && this.pool.isOpen;
      this.release(error);
      throw isBusy ? new PoolBusyError('No connection to Postgres was free in time.', { cause: error }) : error;
    }
  }

  private async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    if (this.isOver) {
      client.release();
      throw new DeadlineError('The pool of Postgres connections had none free in time.');
    }
    this.client = client;
    const result = await work(client);
    this.release();
    return result;
  }

  private release(error?: unknown): void {
    if (this.client !== undefined && !this.isOver) this.client.release(isOutage(error));
    this.isOver = true;
  }
}

/** The least that a change needs: a lock on a row, which a server that only reads refuses. */
const PROBE = 'SELECT generation FROM session_cache WHERE id = 1 FOR KEY SHARE';

interface ProbeOptions {
  readonly url: string;
  readonly deadlineMs: number;
  /** What the probe does besides. */
  readonly next: (tx: Tx) => Promise<unknown>;
}

/** Does what the next statement needs: connects, and locks a row. */
export async function probe({ url, deadlineMs, next }: ProbeOptions): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: deadlineMs });
  client.on('error', () => undefined);
  try {
    // The pool may need the only connection that the server has left: it is returned before the probe succeeds.
    const work = client
      .connect()
      .then(() => lock(client, next))
      .then(() => client.end());
    await withDeadline(work, deadlineMs, 'Postgres');
  } finally {
    void client.end().catch(() => undefined);
  }
}

/** The same through the pool, which keeps the connection: another replica cannot take it after the probe. */
export async function probePool(pool: AdaptivePool, { deadlineMs, next }: Omit<ProbeOptions, 'url'>): Promise<void> {
  await new ClientLease(pool).run((client) => lock(client, next), deadlineMs);
}

async function lock(client: ClientBase, next: ProbeOptions['next']): Promise<void> {
  await client.query(PROBE);
  await next({ query: async (sql, params) => (await client.query(sql, params)).rows });
}
