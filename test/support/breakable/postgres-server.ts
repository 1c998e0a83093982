import { Client, type QueryResultRow } from 'pg';
import { startPostgres } from '../../../tools/local/postgres.ts';
import type { Server } from '../../../tools/local/server.ts';
import { Freezable } from './freezable.ts';

/** Tests count statements. Data survives a killed process even without fsync. */
const SETTINGS = { fsync: 'off', shared_preload_libraries: 'pg_stat_statements', max_connections: 200 };
/** Name and password of the role whose connections are limited. */
const LIMITED = 'limited';

/** A Postgres that can be killed and restarted. */
export class PostgresServer extends Freezable {
  private readonly dataFolder: string;
  private server: Server;

  private constructor(dataFolder: string, server: Server) {
    super();
    this.dataFolder = dataFolder;
    this.server = server;
  }

  static async start(dataFolder: string): Promise<PostgresServer> {
    return new PostgresServer(dataFolder, await startPostgres({ dataFolder, settings: SETTINGS }));
  }

  get port(): number {
    return this.server.port;
  }

  get url(): string {
    return this.server.url;
  }

  protected get running(): Server {
    return this.server;
  }

  kill(): Promise<void> {
    return this.server.kill();
  }

  async startAgain(): Promise<void> {
    this.server = await startPostgres({ dataFolder: this.dataFolder, port: this.port, settings: SETTINGS });
  }

  /** The URL of a role that may have this many connections: no limit applies to the superuser of `url`. */
  async limitedUrl(connectionLimit: number): Promise<string> {
    await this.query(`CREATE ROLE ${LIMITED} LOGIN PASSWORD '${LIMITED}'`);
    for (const kind of ['TABLES', 'SEQUENCES']) await this.query(`GRANT ALL ON ALL ${kind} IN SCHEMA public TO ${LIMITED}`);
    await this.limitConnections(connectionLimit);
    return Object.assign(new URL(this.url), { username: LIMITED, password: LIMITED }).href;
  }

  /** For new connections of that role. Those that are open stay. */
  async limitConnections(limit: number): Promise<void> {
    await this.query(`ALTER ROLE ${LIMITED} CONNECTION LIMIT ${limit}`);
  }

  /** On a new connection, directly to the server. */
  async query<T extends QueryResultRow>(sql: string, params: unknown[] = []): Promise<T[]> {
    const client = new Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<T>(sql, params)).rows;
    } finally {
      await client.end();
    }
  }
}
