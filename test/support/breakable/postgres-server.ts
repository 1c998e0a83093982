import { cp, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, type QueryResultRow } from 'pg';
import { giveTo, unprivilegedAccount } from '../../../tools/local/accounts.ts';
import { startPostgres } from '../../../tools/local/postgres.ts';
import type { Server } from '../../../tools/local/server.ts';
import { Freezable } from './freezable.ts';

/** Tests count statements. Data survives a killed process even without fsync. */
const SETTINGS = { fsync: 'off', shared_preload_libraries: 'pg_stat_statements', max_connections: 200 };
/** Name and password of the role whose connections are limited. */
const LIMITED = 'limited';
export const UNLIMITED = -1;

/** Files of a running primary that its standby must not have. The write-ahead log is streamed instead. */
const NOT_COPIED = ['postmaster.pid', 'postmaster.opts', 'postgres.log'];
const isCopied = (path: string) => !NOT_COPIED.includes(basename(path)) && !/pg_wal[/\\]/.test(path);

/** A Postgres that can be killed, restarted, made read-only, and replaced by its standby. */
export class PostgresServer extends Freezable {
  private readonly dataFolder: string;
  private server: Server;

  private constructor(dataFolder: string, server: Server) {
    super();
    this.dataFolder = dataFolder;
    this.server = server;
  }

  static async start(dataFolder: string, settings: Record<string, string> = {}): Promise<PostgresServer> {
    return new PostgresServer(dataFolder, await startPostgres({ dataFolder, settings: { ...SETTINGS, ...settings } }));
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

  /** Reads only, from the next transaction on. Open connections stay. */
  async setReadOnly(isReadOnly: boolean): Promise<void> {
    await this.set('default_transaction_read_only', isReadOnly ? 'on' : 'off');
  }

  /** A standby without which this server commits nothing from now on, so a failover to it loses no commit. */
  async startSynchronousStandby(dataFolder: string): Promise<PostgresServer> {
    await this.copyTo(dataFolder);
    const standby = await PostgresServer.start(dataFolder, { primary_conninfo: this.url });
    await this.set('synchronous_standby_names', '*');
    const isSynchronous = () => this.query("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'");
    while ((await isSynchronous()).length === 0) await pause(20);
    return standby;
  }

  /** Ends the recovery of this standby: it becomes a primary. */
  async promote(): Promise<void> {
    await this.query('SELECT pg_promote()');
  }

  async set(setting: string, value: string): Promise<void> {
    await this.query(`ALTER SYSTEM SET ${setting} = '${value}'`);
    await this.query('SELECT pg_reload_conf()');
  }

  /** The URL of a role that may have this many connections: no limit applies to the superuser of `url`. */
  async limitedUrl(connectionLimit: number): Promise<string> {
    await this.query(`CREATE ROLE ${LIMITED} LOGIN PASSWORD '${LIMITED}'`);
    await this.query(`GRANT ALL ON SCHEMA public TO ${LIMITED}`);
    for (const kind of ['TABLES', 'SEQUENCES']) await this.query(`GRANT ALL ON ALL ${kind} IN SCHEMA public TO ${LIMITED}`);
    await this.limitConnections(connectionLimit);
    return Object.assign(new URL(this.url), { username: LIMITED, password: LIMITED }).href;
  }

  /** For new connections of that role. */
  async limitConnections(limit: number, open: 'keep open ones' | 'close open ones' = 'keep open ones'): Promise<void> {
    await this.query(`ALTER ROLE ${LIMITED} CONNECTION LIMIT ${limit}`);
    if (open === 'close open ones')
      await this.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [LIMITED]);
  }

  /** On a new connection, directly to the server. */
  query<T extends QueryResultRow>(sql: string, params: unknown[] = []): Promise<T[]> {
    return this.connected(async (client) => (await client.query<T>(sql, params)).rows);
  }

  /** What pg_basebackup does, which the packaged Postgres lacks. */
  private async copyTo(dataFolder: string): Promise<void> {
    await this.connected(async (client) => {
      await client.query("SELECT pg_backup_start('standby', true)");
      await cp(this.dataFolder, dataFolder, { recursive: true, filter: isCopied });
      const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
      const [data] = (await readdir(dataFolder)).filter((name) => name.startsWith('data-'));
      await writeFile(join(dataFolder, data!, 'backup_label'), rows[0]!.labelfile);
      await writeFile(join(dataFolder, data!, 'standby.signal'), '');
    });
    for (const path of await readdir(dataFolder, { recursive: true })) giveTo(unprivilegedAccount(), join(dataFolder, path));
  }

  private async connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}
