import type { PoolClient } from 'pg';
import { countOperation } from '../operations.ts';

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
