import pg, { type Pool, type PoolClient } from 'pg';
import { DeadlineError, withDeadline } from '../../kit/deadline.ts';
import type { Tx } from '../../model/store.ts';
import { countOperation } from '../operations.ts';
import { isOutage } from './outage.ts';

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

  /** `open`: the pool may still hold connections that were closed during an outage. */
  constructor(
    private readonly pool: Pool,
    private readonly open: ReadonlySet<PoolClient>,
  ) {}

  async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    let client = await this.pool.connect();
    while (!this.open.has(client)) {
      client.release(true);
      client = await this.pool.connect();
    }
    this.client = client;
    if (this.isOver) {
      client.release();
      throw new DeadlineError('The pool of Postgres connections had none free in time.');
    }
    const result = await work(client);
    this.release();
    return result;
  }

  release(error?: unknown): void {
    if (this.client !== undefined && !this.isOver) this.client.release(isOutage(error));
    this.isOver = true;
  }
}

/** The least that a change needs: a lock on a row, which a server that only reads refuses. */
const WRITE = 'SELECT generation FROM session_cache WHERE id = 1 FOR KEY SHARE';

/** Does what the next statement needs, on a connection of its own: connects, and locks a row. */
export async function probe(
  { url, deadlineMs }: { readonly url: string; readonly deadlineMs: number },
  then: (tx: Tx) => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: deadlineMs });
  client.on('error', () => undefined);
  const tx: Tx = { query: async (sql, params) => (await client.query(sql, params)).rows };
  try {
    const work = client.connect().then(async () => {
      await client.query(WRITE);
      await then(tx);
    });
    await withDeadline(work, deadlineMs, 'Postgres');
  } finally {
    void client.end().catch(() => undefined);
  }
}
