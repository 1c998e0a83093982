import { TwoGenerationCache } from '../kit/two-generation-cache.ts';
import { isTouchDue, type Policy } from '../model/policy.ts';

/**
 * When this replica last touched which session: use is stored once per touch interval, however often a session is read.
 * More sessions than the limit within one interval would be touched at every read.
 */
export class TouchTimes {
  private readonly times: TwoGenerationCache<number>;

  constructor(
    private readonly policy: Pick<Policy, 'touchSeconds'>,
    limit = 200_000,
  ) {
    this.times = new TwoGenerationCache({ entries: limit });
  }

  /** True for the one caller that has to touch the session. */
  claim(key: string, now: number): boolean {
    const last = this.times.peek(key);
    if (last !== undefined && !isTouchDue(last, this.policy, now)) return false;
    this.times.set(key, now);
    return true;
  }

  forget(key: string): void {
    this.times.delete(key);
  }
}
