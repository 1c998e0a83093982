import { isNativeError } from 'node:util/types';

/** How often deadlines are checked: a call may wait this much longer than its deadline. */
const TICK_MS = 20;
/** A tick that is later than this means that the process, perhaps the whole machine, was paused. */
const PAUSE_MS = 100;

interface Waiting {
  readonly since: number;
  until: number;
  readonly expire: () => void;
}

const waiting = new Set<Waiting>();
let ticker: NodeJS.Timeout | undefined;
let lastTick = 0;

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * The result of `work`, or a DeadlineError after `deadlineMs`. One ticker serves all calls, because a timer per command
 * costs more than the command. Time in which this process was paused does not count: a paused machine paused the store
 * too, which does not mean that the store is frozen. The work cannot be cancelled: after a timeout it may still happen.
 */
export function withDeadline<T>(work: Promise<T>, deadlineMs: number, what: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const since = performance.now();
    const entry: Waiting = {
      since,
      until: since + deadlineMs,
      expire: () => reject(new DeadlineError(`${what} did not respond within ${deadlineMs} ms.`)),
    };
    waiting.add(entry);
    ticker ??= startTicker();
    work.then(
      (value) => {
        waiting.delete(entry);
        resolve(value);
      },
      (error: unknown) => {
        waiting.delete(entry);
        reject(isNativeError(error) ? error : new Error(String(error)));
      },
    );
  });
}

function startTicker(): NodeJS.Timeout {
  lastTick = performance.now();
  return setInterval(tick, TICK_MS).unref();
}

function tick(): void {
  const now = performance.now();
  const pauseMs = now - lastTick - TICK_MS;
  lastTick = now;
  if (pauseMs > PAUSE_MS) for (const entry of waiting) entry.until += Math.min(pauseMs, now - entry.since);
  // After a pause, responses may be waiting in the socket: read them before any call times out.
  setImmediate(() => {
    const now = performance.now();
    for (const entry of waiting) {
      if (entry.until > now) continue;
      waiting.delete(entry);
      entry.expire();
    }
    if (waiting.size === 0) stopTicker();
  });
}

function stopTicker(): void {
  clearInterval(ticker);
  ticker = undefined;
}
