/** One JSON document per line: requests on the supervisor's stdin, reports on its stdout. */
export interface StartRequest {
  op: 'start';
  id: number;
  command: string;
  args: string[];
  cwd?: string;
  env: Record<string, string | undefined>;
  uid?: number;
  gid?: number;
  logFile: string;
  /** Asks the process to exit; after `patienceMs` it is killed. */
  stopSignal: NodeJS.Signals;
  patienceMs: number;
  /** Applications stop before the servers they use. */
  stage: 'application' | 'server';
}

/** `remove-at-end`: the supervisor deletes the folder when it exits. */
export type SupervisorRequest = StartRequest | { op: 'remove-at-end'; folder: string };

export type SupervisorReport =
  | { id: number; event: 'started'; pid: number }
  | { id: number; event: 'failed'; message: string }
  | { id: number; event: 'exited'; code: number | null; signal: NodeJS.Signals | null };
