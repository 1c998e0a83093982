import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Exit, supervisor } from '../../tools/local/supervisor.ts';
import { freePort, LOOPBACK } from '../../tools/local/ports.ts';
import { onCleanup } from './cleanup.ts';
import { temporaryFolder } from './servers.ts';

export type App = 'auth' | 'portal';

/** One process of an app, addressed directly. */
export interface Replica {
  app: App;
  name: string;
  url: string;
  port: number;
  pid: number;
  /** Sends the signal and waits for the end; SIGKILL unless said. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  freeze(): void;
  thaw(): void;
  exited: Promise<Exit>;
  /** Null while it runs. */
  readonly exit: Exit | null;
  /** Everything it has written so far. */
  logs(): string;
}

export interface ReplicaOptions {
  /** Until when to wait; `started` waits for nothing (a start that is meant to fail). */
  until?: 'ready' | 'live' | 'started';
}

const dist = resolve(import.meta.dirname, '../../dist/apps');
const PATIENCE_MS = 60_000;
let started = 0;

/** What every replica of a test gets; a test adds DATABASE_URL, REDIS_URL and what it is about. */
export const replicaDefaults = {
  BIND_ADDRESS: LOOPBACK,
  TRUST_PROXY: '1',
  COOKIE_SECURE: 'false',
  DEMO: 'true',
  SESSION_SECRETS: 'test-secret-test-secret-test-secret-0001',
  SESSION_PEPPER: 'test-pepper-test-pepper-test-pepper-0001',
};

/** Starts the built app as a process of its own; it ends with the test file. Undefined values are left out. */
export async function startReplica(
  app: App,
  env: Record<string, string | undefined>,
  options: ReplicaOptions = {},
): Promise<Replica> {
  const port = env['PORT'] ? Number(env['PORT']) : await freePort();
  const name = env['REPLICA'] ?? `${app}-${++started}`;
  const logFile = join(temporaryFolder('replica'), `${name}.log`);
  const process_ = await supervisor.start({
    command: process.execPath,
    args: ['--enable-source-maps', builtFile(app, 'main')],
    env: { ...replicaDefaults, PATH: process.env['PATH'], PORT: String(port), REPLICA: name, ...env },
    logFile,
    stage: 'application',
  });
  const replica: Replica = {
    app,
    name,
    port,
    url: `http://${LOOPBACK}:${port}`,
    pid: process_.pid,
    exited: process_.exited,
    get exit() {
      return process_.exit;
    },
    kill: async (signal = 'SIGKILL') => {
      if (!process_.exit) process.kill(process_.pid, signal);
      return process_.exited;
    },
    freeze: () => process_.freeze(),
    thaw: () => process_.thaw(),
    logs: () => readFileSync(logFile, 'utf8'),
  };
  onCleanup(() => process_.kill());
  const until = options.until ?? 'ready';
  if (until !== 'started') await untilHealthy(replica, until, () => process_.exit);
  return replica;
}

/** Brings a database to the newest schema, as `npm run migrate` does, with the demo users. */
export async function migrateDatabase(databaseUrl: string): Promise<void> {
  const env = { ...replicaDefaults, PATH: process.env['PATH'], DATABASE_URL: databaseUrl };
  await promisify(execFile)(process.execPath, [builtFile('auth', 'migrate')], { env });
}

function builtFile(app: App, entry: string): string {
  const file = join(dist, app, `${entry}.js`);
  if (!existsSync(file)) throw new Error(`${file} is missing: run npm run build first (npm test does).`);
  return file;
}

async function untilHealthy(replica: Replica, question: 'ready' | 'live', exit: () => Exit | null): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isHealthy(replica.url, question))) {
    if (exit()) throw new Error(`${replica.name} ended at its start:\n${replica.logs()}`);
    if (performance.now() > deadline)
      throw new Error(`${replica.name} is not ${question} after ${PATIENCE_MS} ms:\n${replica.logs()}`);
    await pause(50);
  }
}

async function isHealthy(url: string, question: string): Promise<boolean> {
  const signal = AbortSignal.timeout(2000);
  return fetch(`${url}/health/${question}`, { signal }).then(
    (response) => response.ok,
    () => false,
  );
}
