import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SupervisorReport, SupervisorRequest, StartRequest } from './supervisor-protocol.ts';
import { signal, signalTree } from './process-tree.ts';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

type Command = Pick<StartRequest, 'command' | 'args' | 'logFile'> & Partial<Omit<StartRequest, 'op' | 'id'>>;

/** A process that ends when this one ends, for whatever reason. */
export interface SupervisedProcess {
  pid: number;
  exited: Promise<Exit>;
  /** Null while it runs. */
  readonly exit: Exit | null;
  /** Asks it to exit; kills it after `patienceMs`. */
  stop(): Promise<void>;
  /** kill -9, with its descendants. */
  kill(): Promise<void>;
  /** SIGSTOP: its connections stay open, but it does not respond. */
  freeze(): void;
  thaw(): void;
}

const DEFAULTS = { stopSignal: 'SIGTERM', patienceMs: 10_000, stage: 'server' } as const;

/** Starts processes through a supervisor process, which runs while it has children; `close` it if it has folders to remove. */
class Supervisor {
  #process: ChildProcess | null = null;
  #nextId = 1;
  #hasFolders = false;
  readonly #listeners = new Map<number, (report: SupervisorReport) => void>();

  start(command: Command): Promise<SupervisedProcess> {
    const request: StartRequest = { env: process.env, ...DEFAULTS, ...command, op: 'start', id: this.#nextId++ };
    const exited = Promise.withResolvers<Exit>();
    return new Promise((resolve, reject) => {
      this.#listeners.set(request.id, (report) => {
        if (report.event === 'started') return resolve(supervised(report.pid, request, exited.promise));
        if (report.event === 'failed') reject(new Error(`cannot run ${command.command}: ${report.message}`));
        else exited.resolve({ code: report.code, signal: report.signal });
        this.#forget(report.id);
      });
      this.#send(request);
    });
  }

  /** Deletes the folder when the supervisor exits, even if this process is killed. */
  removeAtEnd(folder: string): void {
    this.#hasFolders = true;
    this.#send({ op: 'remove-at-end', folder });
  }

  /** Stops everything in order, and waits for it. */
  async close(): Promise<void> {
    const supervisor = this.#process;
    if (!supervisor || supervisor.exitCode !== null || supervisor.signalCode !== null) return;
    const exited = new Promise((resolve) => supervisor.once('exit', resolve));
    this.#release();
    await exited;
  }

  #send(request: SupervisorRequest): void {
    this.#process ??= this.#launch();
    this.#process.stdin!.write(`${JSON.stringify(request)}\n`);
  }

  #launch(): ChildProcess {
    const script = join(import.meta.dirname, 'supervisor-process.ts');
    const supervisor = spawn(process.execPath, ['--no-warnings', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
      windowsHide: true,
    });
    supervisor.stdin.on('error', () => undefined);
    createInterface({ input: supervisor.stdout }).on('line', (line) => this.#dispatch(JSON.parse(line) as SupervisorReport));
    supervisor.once('exit', () => this.#lose(supervisor));
    return supervisor;
  }

  #dispatch(report: SupervisorReport): void {
    this.#listeners.get(report.id)?.(report);
  }

  #forget(id: number): void {
    this.#listeners.delete(id);
    if (this.#listeners.size === 0 && !this.#hasFolders) this.#release();
  }

  #release(): void {
    this.#process?.stdin!.end();
    this.#process = null;
    this.#hasFolders = false;
  }

  /** The supervisor was killed: its children have ended or are orphans. */
  #lose(supervisor: ChildProcess): void {
    if (this.#process !== supervisor) return;
    this.#process = null;
    for (const id of this.#listeners.keys()) this.#dispatch({ id, event: 'exited', code: null, signal: null });
  }
}

function supervised(pid: number, request: StartRequest, exited: Promise<Exit>): SupervisedProcess {
  let exit: Exit | null = null;
  void exited.then((outcome) => (exit = outcome));
  const end = async (ask: () => void) => {
    if (!exit) ask();
    await exited;
  };
  const ask = () => {
    signalTree(pid, 'SIGCONT');
    signal(pid, request.stopSignal);
    setTimeout(() => exit || signalTree(pid, 'SIGKILL'), request.patienceMs).unref();
  };
  return {
    pid,
    exited,
    get exit() {
      return exit;
    },
    stop: () => end(ask),
    kill: () => end(() => signalTree(pid, 'SIGKILL')),
    freeze: () => signalTree(pid, 'SIGSTOP'),
    thaw: () => signalTree(pid, 'SIGCONT'),
  };
}

/** The supervisor of this process. */
export const supervisor = new Supervisor();
