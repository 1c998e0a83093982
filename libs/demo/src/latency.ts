/** Upper bounds of the buckets, each 1.5 times the one before: 0.05 ms to about 3 s. */
export const BOUNDS_MS: readonly number[] = Array.from({ length: 28 }, (_, step) => 0.05 * 1.5 ** step);

const WINDOW_SECONDS = 10;

/** A histogram of lookup times by store over the last ten seconds; those of several replicas can be added up. */
export class LatencyWindow {
  private readonly seconds: Map<string, number[]>[] = [new Map()];

  record(store: string, ms: number): void {
    const counts = this.seconds[0]!;
    const buckets = counts.get(store) ?? BOUNDS_MS.map(() => 0);
    buckets[bucketOf(ms)]! += 1;
    counts.set(store, buckets);
  }

  /** Call once a second. */
  turn(): void {
    this.seconds.unshift(new Map());
    this.seconds.length = Math.min(this.seconds.length, WINDOW_SECONDS);
  }

  counts(): Record<string, number[]> {
    return this.seconds.reduce((sum, second) => addCounts(sum, Object.fromEntries(second)), {});
  }
}

export function addCounts(a: Record<string, number[]>, b: Record<string, number[]>): Record<string, number[]> {
  const sum = { ...a };
  for (const [store, counts] of Object.entries(b)) {
    const before = sum[store];
    sum[store] = before ? before.map((count, index) => count + (counts[index] ?? 0)) : counts;
  }
  return sum;
}

/** The smallest bound that this share of the lookups did not exceed; null without lookups. */
export function percentileMs(counts: readonly number[], share: number): number | null {
  const wanted = counts.reduce((sum, count) => sum + count, 0) * share;
  let seen = 0;
  for (const [index, count] of counts.entries()) {
    seen += count;
    if (count > 0 && seen >= wanted) return BOUNDS_MS[index] ?? null;
  }
  return null;
}

function bucketOf(ms: number): number {
  const index = BOUNDS_MS.findIndex((bound) => ms <= bound);
  return index === -1 ? BOUNDS_MS.length - 1 : index;
}
