import { setTimeout as pause } from 'node:timers/promises';
import { DeadlineError, withDeadline } from './deadline.ts';

/** Nothing of this process runs meanwhile, as when the machine stops. */
function stopTheProcess(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('a deadline', () => {
  it('returns the result of work that finishes in time', async () => {
    await expect(withDeadline(pause(10, 'answer'), 5000, 'Redis')).resolves.toBe('answer');
    await expect(withDeadline(Promise.reject(new RangeError('no')), 5000, 'Redis')).rejects.toThrow(RangeError);
  });

  it('rejects when the work never finishes', async () => {
    const never = new Promise(() => undefined);
    await expect(withDeadline(never, 30, 'Redis')).rejects.toThrow(new DeadlineError('Redis did not respond within 30 ms.'));
  });

  it('does not count the time in which this process did not run', async () => {
    const work = Promise.withResolvers<string>();
    const result = withDeadline(work.promise, 200, 'Redis');
    stopTheProcess(500);
    // The machine runs again, and the store responds late, but in less than its deadline from now.
    await pause(40);
    work.resolve('answer');
    await expect(result).resolves.toBe('answer');
  });

  it('ends it after such a time, too', async () => {
    const result = withDeadline(new Promise(() => undefined), 50, 'Redis');
    stopTheProcess(300);
    await expect(result).rejects.toThrow(DeadlineError);
  });
});
