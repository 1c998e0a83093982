import { isNativeError } from 'node:util/types';

/** How often waiting calls are looked at: a call may wait this much longer than its deadline. */
const TICK_MS = 20;

interface Waiting {
  readonly until: number;
  readonly expire: () => void;
}

const waiting = new Set<Waiting>();
let ticker: NodeJS.Timeout | undefined;

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * The result of `work`, or a DeadlineError after `deadlineMs`. One ticker serves all calls, because a timer per command
 * costs more than the command. The work itself cannot be called back: whoever times out must expect it to happen late.
 */
export function withDeadline<T>(work: Promise<T>, deadlineMs: number, what: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const entry: Waiting = {
      until: performance.now() + deadlineMs,
      expire: () => reject(new DeadlineError(`${what} gave no answer within ${deadlineMs} ms.`)),
    };
    waiting.add(entry);
    ticker ??= setInterval(tick, TICK_MS).unref();
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

function tick(): void {
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
