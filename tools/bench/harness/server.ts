/** One measured server process, alone on its core. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Profiler } from 'node:inspector';
import { freePort } from '../../local/ports.ts';
import { onServerCore } from './machine.ts';

const START_DEADLINE_MS = 20_000;
const ASK_DEADLINE_MS = 10_000;
const probe = join(import.meta.dirname, 'probe.ts');

export interface Usage {
  cpuMs: number;
  rssBytes: number;
  heapBytes: number;
}

export interface ServerOptions {
  program: string;
  env: Record<string, string>;
  nodeArgs?: string[];
}

export class Server {
  readonly port: number;
  readonly process: ChildProcess;
  private asked = 0;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.process = child;
  }

  static async start({ program, env, nodeArgs = [] }: ServerOptions): Promise<Server> {
    const port = await freePort();
    const [command, ...args] = onServerCore([process.execPath, '--import', probe, ...nodeArgs, program]) as [string, ...string[]];
    const child = spawn(command, args, {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', PORT: String(port), ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const server = new Server(port, child);
    await server.listening(program);
    return server;
  }

  private async listening(program: string): Promise<void> {
    const deadline = performance.now() + START_DEADLINE_MS;
    while (!(await accepts(this.port))) {
      if (this.process.exitCode !== null) throw new Error(`${program} exited with code ${this.process.exitCode}.`);
      if (performance.now() > deadline) throw new Error(`${program} did not listen within ${START_DEADLINE_MS} ms.`);
      await wait(50);
    }
  }

  usage(): Promise<Usage> {
    return this.ask<Usage>('usage');
  }

  collectGarbage(): Promise<void> {
    return this.ask<void>('collectGarbage');
  }

  async profile(work: () => Promise<unknown>): Promise<Profiler.Profile> {
    await this.ask('startProfile');
    await work();
    return this.ask<Profiler.Profile>('stopProfile');
  }

  private async ask<T>(question: string): Promise<T> {
    const id = ++this.asked;
    const { promise, resolve } = Promise.withResolvers<T>();
    const onMessage = (message: unknown) => {
      const reply = message as { id: number; response: T };
      if (reply.id === id) resolve(reply.response);
    };
    this.process.on('message', onMessage);
    this.process.send({ id, ask: question });
    const late = wait(ASK_DEADLINE_MS, undefined, { ref: false }).then(() =>
      Promise.reject(new Error(`The measured server did not respond to ${question}.`)),
    );
    return Promise.race([promise, late]).finally(() => this.process.off('message', onMessage));
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
