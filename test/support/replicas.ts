import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Exit, supervisor } from '../../tools/local/supervisor.ts';
import { freePort, LOOPBACK } from '../../tools/local/ports.ts';
import { type App, builtFile } from './built.ts';
import { onCleanup } from './cleanup.ts';
import { temporaryFolder } from './servers.ts';
import { clockArguments } from './skewed-clock.ts';

export type { App } from './built.ts';

/** One process of an app, reached without the balancer. */
export interface Replica {
  app: App;
  name: string;
  url: string;
  port: number;
  pid: number;
  /** Sends the signal (default: SIGKILL) and waits for the exit. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  freeze(): void;
  thaw(): void;
  exited: Promise<Exit>;
  /** Null while the process runs. */
  readonly exit: Exit | null;
  /** The output so far. */
  logs(): string;
}

export interface ReplicaOptions {
  /** State to wait for; `started` does not wait, for a start that is expected to fail. */
  until?: 'ready' | 'live' | 'started';
}

const TIMEOUT_MS = 60_000;
let started = 0;

/** For many visitors: those of a test share one address, and often one account. */
export const UNLIMITED = { SESSION_CREATIONS_PER_ADDRESS: '0', SESSION_MAX_PER_USER: '0' };

/** Settings of every replica; tests add DATABASE_URL, REDIS_URL and others. */
export const replicaDefaults = {
  BIND_ADDRESS: LOOPBACK,
  TRUST_PROXY: '1',
  COOKIE_SECURE: 'false',
  ...UNLIMITED,
  SESSION_SECRETS: 'test-secret-test-secret-test-secret-0001',
  SESSION_PEPPER: 'test-pepper-test-pepper-test-pepper-0001',
};

/** Starts the built app as a process that stops with the test file. Undefined values are ignored. CLOCK_SKEW_MS skews its clock. */
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
    args: [...clockArguments(env), builtFile(app)],
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

async function untilHealthy(replica: Replica, state: 'ready' | 'live', exit: () => Exit | null): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!(await isHealthy(replica.url, state))) {
    if (exit()) throw new Error(`${replica.name} exited right after its start:\n${replica.logs()}`);
    if (performance.now() > deadline)
      throw new Error(`${replica.name} is not ${state} after ${TIMEOUT_MS} ms:\n${replica.logs()}`);
    await pause(20);
  }
}

async function isHealthy(url: string, state: string): Promise<boolean> {
  const signal = AbortSignal.timeout(2000);
  return fetch(`${url}/health/${state}`, { signal }).then(
    (response) => response.ok,
    () => false,
  );
}
