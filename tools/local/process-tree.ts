import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Signals a process and its descendants, parent first, because a stopped parent starts no further children.
 * Postgres needs this: each backend is a session of its own, which a signal to the process group does not reach.
 */
export function signalTree(pid: number, name: NodeJS.Signals): void {
  // The children of a killed parent can no longer be found.
  const orphans = name === 'SIGKILL' ? childrenOf(pid) : [];
  if (!signal(pid, name)) return;
  for (const child of new Set([...orphans, ...childrenOf(pid)])) signalTree(child, name);
}

/** False if there is no such process. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function childrenOf(pid: number): number[] {
  try {
    return numbers(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
  } catch {
    return process.platform === 'darwin' ? childrenByPs(pid) : [];
  }
}

function childrenByPs(pid: number): number[] {
  const rows = execFileSync('ps', ['-axo', 'ppid=,pid='], { encoding: 'utf8' }).split('\n').map(numbers);
  return rows.filter(([parent]) => parent === pid).map(([, child]) => child!);
}

const numbers = (text: string): number[] => text.trim().split(/\s+/).filter(Boolean).map(Number);
