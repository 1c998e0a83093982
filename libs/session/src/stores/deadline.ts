import { isNativeError } from 'node:util/types';

/** How often waiting calls are looked at: a call may wait this much longer than its deadline. */
const TICK_MS = 20;
/** A tick that comes later than this was held up with the whole process, and perhaps with the whole machine. */
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
 * costs more than the command. A time in which this process did not run does not count: a machine that stopped for a moment
 * stopped the store too, and that is no reason to call it frozen. The work itself cannot be called back: whoever times out
 * must expect it to happen late.
 */
export function withDeadline<T>(work: Promise<T>, deadlineMs: number, what: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const since = performance.now();
    const entry: Waiting = {
      since,
      until: since + deadlineMs,
      expire: () => reject(new DeadlineError(`${what} gave no answer within ${deadlineMs} ms.`)),
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
  // After a pause of this process the answers may be waiting in the socket: read them before giving up on anybody.
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
