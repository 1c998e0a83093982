import { isNativeError } from 'node:util/types';
import { contextOf } from '../context.ts';

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** Stands in for kit/deadline.ts: the scheduler decides when a deadline passes. As there, the work may still happen later. */
export function withDeadline<T>(work: Promise<T>, deadlineMs: number, what: string): Promise<T> {
  const here = contextOf();
  return new Promise<T>((resolve, reject) => {
    const expire = () => reject(new DeadlineError(`${what} did not respond within ${deadlineMs} ms.`));
    const over = here?.world.waits(here, what, deadlineMs, expire);
    work.then(
      (value) => {
        over?.();
        resolve(value);
      },
      (error: unknown) => {
        over?.();
        reject(isNativeError(error) ? error : new Error(String(error)));
      },
    );
  });
}
