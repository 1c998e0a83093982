import { randomBytes } from 'node:crypto';
import { onSharedPostgres } from './servers.ts';

export interface LimitedRole {
  readonly url: string;
  /** For new connections. Those that are open stay. */
  limit(connections: number): Promise<void>;
  /** How many connections it has. */
  connections(): Promise<number>;
}

/** A role of the shared Postgres that may have so many connections to this migrated database. */
export async function limitedRole(databaseUrl: string, connections: number): Promise<LimitedRole> {
  const name = `limited_${randomBytes(6).toString('hex')}`;
  const limit = (most: number) =>
    onSharedPostgres(async (client) => void (await client.query(`ALTER ROLE ${name} CONNECTION LIMIT ${most}`)));
  await onSharedPostgres((client) =>
    client.query(`CREATE ROLE ${name} LOGIN PASSWORD '${name}' IN ROLE pg_read_all_data, pg_write_all_data`),
  );
  await limit(connections);
  return {
    url: Object.assign(new URL(databaseUrl), { username: name, password: name }).href,
    limit,
    connections: () =>
      onSharedPostgres(async (client) => {
        const { rows } = await client.query<{ count: number }>(
          'SELECT count(*)::integer AS count FROM pg_stat_activity WHERE usename = $1',
          [name],
        );
        return rows[0]!.count;
      }),
  };
}
