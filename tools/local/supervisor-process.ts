/**
 * The supervisor process: the parent of every server and replica. It stops them when its stdin closes.
 *
 * The operating system closes that pipe however the owner ends, `kill -9` included, so no process is left behind. The supervisor
 * runs in its own session, so Ctrl-C in the terminal reaches only the owner, which decides the order.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { SupervisorReport, SupervisorRequest, StartRequest } from './supervisor-protocol.ts';
import { signalTree } from './process-tree.ts';

interface Child {
  request: StartRequest;
  process: ChildProcess;
  exited: Promise<void>;
}

const children = new Map<number, Child>();
const foldersToRemove: string[] = [];

const report = (message: SupervisorReport): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

function start(request: StartRequest): void {
  const log = openSync(request.logFile, 'a');
  const { command, args, cwd, env, uid, gid } = request;
  const child = spawn(command, args, { cwd, env, uid, gid, stdio: ['ignore', log, log], windowsHide: true });
  closeSync(log);
  const exited = new Promise<void>((resolve) => {
    child.once('spawn', () => report({ id: request.id, event: 'started', pid: child.pid! }));
    child.once('error', (error) => finish({ id: request.id, event: 'failed', message: error.message }));
    child.once('exit', (code, signal) => finish({ id: request.id, event: 'exited', code, signal }));
    const finish = (message: SupervisorReport) => {
      children.delete(request.id);
      report(message);
      resolve();
    };
  });
  children.set(request.id, { request, process: child, exited });
}

async function end({ request, process: child, exited }: Child): Promise<void> {
  signalTree(child.pid!, 'SIGCONT');
  child.kill(request.stopSignal);
  const impatience = setTimeout(() => signalTree(child.pid!, 'SIGKILL'), request.patienceMs);
  await exited;
  clearTimeout(impatience);
}

/** Applications first, so that their last writes reach the stores. */
async function endAll(): Promise<void> {
  for (const stage of ['application', 'server']) {
    await Promise.all([...children.values()].filter(({ request }) => request.stage === stage).map(end));
  }
  for (const folder of foldersToRemove) remove(folder);
  process.exit(0);
}

/** Best effort: a backend of a killed Postgres may still be writing. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  } catch {
    // It is a temporary folder.
  }
}

function handle(request: SupervisorRequest): void {
  if (request.op === 'start') start(request);
  else foldersToRemove.push(request.folder);
}

process.stdout.on('error', () => undefined);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void endAll());
createInterface({ input: process.stdin })
  .on('line', (line) => handle(JSON.parse(line) as SupervisorRequest))
  .on('close', () => void endAll());
