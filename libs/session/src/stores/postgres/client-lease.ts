import type { Pool, PoolClient } from 'pg';
import { DeadlineError } from '../../kit/deadline.ts';
import { isOutage } from './outage.ts';

/** One connection for one piece of work. It returns to the pool once, when the work ends or when its deadline does. */
export class ClientLease {
  private client: PoolClient | undefined;
  private isOver = false;

  constructor(private readonly pool: Pool) {}

  async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
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
