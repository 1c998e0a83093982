import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { App, Balancer } from './balancer/balancer.ts';
import { localFolder, projectFolder } from './folder.ts';
import { supervisor, type SupervisedProcess } from './supervisor.ts';
import { freePort, LOOPBACK } from './ports.ts';

export type Environment = Record<string, string | undefined>;

export interface Replica {
  app: App;
  name: string;
  url: string;
  pid: number;
  process: SupervisedProcess;
}

const RESTART_AFTER_MS = 3000;
const START_PATIENCE_MS = 120_000;
const logFolder = join(localFolder, 'logs');

/** Keeps the wanted replicas running, each in its own process, and registers them with the balancer. */
export class Replicas {
  readonly #running = new Map<string, Replica>();
  readonly #wanted = new Set<string>();
  readonly #balancer: Balancer;
  readonly #environment: (app: App) => Environment;
  readonly #changed: (event: string) => void;

  constructor(balancer: Balancer, environment: (app: App) => Environment, changed: (event: string) => void) {
    this.#balancer = balancer;
    this.#environment = environment;
    this.#changed = changed;
    rmSync(logFolder, { recursive: true, force: true });
    mkdirSync(logFolder, { recursive: true });
  }

  get list(): Replica[] {
    return [...this.#running.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  }

  /** How many replicas of the app are to run. */
  count(app: App): number {
    return [...this.#wanted].filter((name) => name.startsWith(`${app}-`)).length;
  }

  /** Resolves when the replica is ready; rejects with the end of its log if it exits. */
  async add(app: App): Promise<Replica> {
    const name = this.#freeName(app);
    this.#wanted.add(name);
    const replica = await this.#start(app, name, await freePort());
    await this.#untilServing(replica);
    return replica;
  }

  async remove(name: string): Promise<void> {
    this.#wanted.delete(name);
    await this.#running.get(name)?.process.stop();
  }

  async stop(): Promise<void> {
    this.#wanted.clear();
    await Promise.all(this.list.map(({ process }) => process.stop()));
  }

  #freeName(app: App): string {
    for (let number = 1; ; number++) if (!this.#wanted.has(`${app}-${number}`)) return `${app}-${number}`;
  }

  async #start(app: App, name: string, port: number): Promise<Replica> {
    const process_ = await supervisor.start({
      command: process.execPath,
      args: ['--enable-source-maps', join(projectFolder, 'dist', 'apps', app, 'main.js')],
      cwd: projectFolder,
      env: { ...this.#environment(app), PORT: String(port), BIND_ADDRESS: LOOPBACK, REPLICA: name },
      logFile: logFile(name),
      stage: 'application',
    });
    const replica: Replica = { app, name, url: `http://${LOOPBACK}:${port}`, pid: process_.pid, process: process_ };
    this.#running.set(name, replica);
    this.#balancer.pools[app].add(replica);
    void process_.exited.then(() => this.#restart(replica, port));
    return replica;
  }

  async #restart(replica: Replica, port: number): Promise<void> {
    const { app, name } = replica;
    this.#running.delete(name);
    this.#balancer.pools[app].remove(name);
    if (!this.#wanted.has(name)) return this.#changed(`${name} stopped`);
    this.#changed(`${name} (pid ${replica.pid}) exited; restarting in ${RESTART_AFTER_MS / 1000} s`);
    await pause(RESTART_AFTER_MS);
    if (!this.#wanted.has(name)) return;
    const again = await this.#start(app, name, port);
    this.#changed(`${name} is running again (pid ${again.pid})`);
  }

  async #untilServing({ app, name, process }: Replica): Promise<void> {
    const deadline = performance.now() + START_PATIENCE_MS;
    while (this.#balancer.pools[app].health(name) !== 'ready') {
      if (process.exit || performance.now() > deadline) {
        this.#wanted.delete(name);
        throw new Error(`${name} did not start. ${lastLines(name)}`);
      }
      await pause(50);
    }
  }
}

const logFile = (name: string): string => join(logFolder, `${name}.log`);

function lastLines(name: string): string {
  const lines = readFileSync(logFile(name), 'utf8').trim().split('\n');
  return `The end of ${logFile(name)}:\n${lines.slice(-5).join('\n')}`;
}
