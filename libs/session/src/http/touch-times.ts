import { isTouchDue, type Policy } from '../model/policy.ts';

/**
 * When this replica last touched which session: use is written down once per touch interval, however often it is read.
 * More sessions than the limit within one interval would be touched at every read.
 */
export class TouchTimes {
  private young = new Map<string, number>();
  private old = new Map<string, number>();

  constructor(
    private readonly policy: Pick<Policy, 'touchSeconds'>,
    private readonly limit = 200_000,
  ) {}

  /** True for the one caller who is to touch. */
  claim(key: string, now: number): boolean {
    const last = this.young.get(key) ?? this.old.get(key);
    if (last !== undefined && !isTouchDue(last, this.policy, now)) return false;
    if (this.young.size * 2 >= this.limit) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, now);
    return true;
  }

  forget(key: string): void {
    this.young.delete(key);
    this.old.delete(key);
  }
}
