/** One JSON document per line: requests go to the supervisor's stdin, reports come from its stdout. */
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
  /** Asks the process to end; what is still there after `patienceMs` is killed. */
  stopSignal: NodeJS.Signals;
  patienceMs: number;
  /** Applications are ended before the servers they use. */
  stage: 'application' | 'server';
}

/** A temporary folder that goes when the supervisor goes. */
export interface RemoveAtEndRequest {
  op: 'remove-at-end';
  folder: string;
}

export type SupervisorRequest = StartRequest | RemoveAtEndRequest;

export type SupervisorReport =
  | { id: number; event: 'started'; pid: number }
  | { id: number; event: 'failed'; message: string }
  | { id: number; event: 'exited'; code: number | null; signal: NodeJS.Signals | null };
