import type { PostgresServer } from '../support/breakable/postgres-server.ts';

/** Counts statements on the session table, with pg_stat_statements. */
export class PostgresStatements {
  constructor(private readonly postgres: PostgresServer) {}

  async install(): Promise<void> {
    await this.postgres.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  }

  async forget(): Promise<void> {
    await this.postgres.query('SELECT pg_stat_statements_reset()');
  }

  reads(): Promise<number> {
    return this.count(String.raw`query ~* '^\s*SELECT\M.*\sFROM\s+session\M'`);
  }

  writes(): Promise<number> {
    return this.count(String.raw`query ~* '\m(INSERT INTO|UPDATE|DELETE FROM)\s+session\M'`);
  }

  private async count(condition: string): Promise<number> {
    const [row] = await this.postgres.query<{ calls: number }>(
      `SELECT coalesce(sum(calls), 0)::integer AS calls FROM pg_stat_statements
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND ${condition}`,
    );
    return row!.calls;
  }
}
