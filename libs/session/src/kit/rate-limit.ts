import { TwoGenerationCache } from './two-generation-cache.ts';

/** Keys that are remembered. */
const ENTRIES = 100_000;
const MINUTE_MS = 60_000;

/** So many per key and minute, counted in this process. The minute of a key begins with its first. 0: no limit. */
export class RateLimit {
  private readonly windows = new TwoGenerationCache<{ endsAt: number; times: number }>({ entries: ENTRIES });

  constructor(private readonly perMinute: number) {}

  /** Counts one. Returns 0, or the seconds to wait if the limit is reached. `now` is in milliseconds. */
  take(key: string, now: number): number {
    if (this.perMinute === 0) return 0;
    const window = this.windows.get(key);
    if (window === undefined || now >= window.endsAt) this.windows.set(key, { endsAt: now + MINUTE_MS, times: 1 });
    else if (window.times >= this.perMinute) return Math.ceil((window.endsAt - now) / 1000);
    else window.times++;
    return 0;
  }
}
