/** A random generator with a seed, which Math.random lacks: the same seed gives the same plan on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** 0 <= n < 1. Mulberry32 by Tommy Ettinger (public domain): small, and random enough for choices. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(lowest: number, highest: number): number {
    return lowest + Math.floor(this.next() * (highest - lowest + 1));
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[Math.floor(this.next() * choices.length)];
    if (choice === undefined) throw new RangeError('Cannot pick from an empty list.');
    return choice;
  }

  /** Picks by weight: `{ read: 6, add: 3 }` gives read twice as often as add. */
  weighted<K extends string>(weights: Record<K, number>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) if ((left -= weight) < 0) return name;
    return entries.at(-1)![0];
  }

  /** Every choice once, in a random order (Fisher and Yates). */
  shuffled<T>(choices: readonly T[]): T[] {
    const order = [...choices];
    for (let last = order.length - 1; last > 0; last--) {
      const other = this.between(0, last);
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    return order;
  }

  /** A separate stream for one client, so that its choices do not depend on the speed of the others. */
  fork(name: string): Random {
    let hash = this.state;
    for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193);
    return new Random(hash);
  }
}
