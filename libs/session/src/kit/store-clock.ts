/** How long a reading of the store's clock is used. */
const REREAD_MS = 5000;

/** The clock of a store, as this replica last read it. The replica's own clock only measures the time since then. */
export class StoreClock {
  private aheadMs = 0;
  /** performance.now() */
  private readAt = -Infinity;
  private reading: Promise<number> | undefined;

  /** `ask` returns the store's time in epoch milliseconds. */
  constructor(private readonly ask: () => Promise<number>) {}

  /** Good enough to ask the store sooner, not to decide: before the first reading, this is the replica's time. Never waits. */
  estimate(): number {
    if (this.isOutdated()) this.read().catch(() => undefined);
    return Date.now() + this.aheadMs;
  }

  /** By a reading that is at most 5 s old. */
  async now(): Promise<number> {
    if (this.isOutdated()) await this.read();
    return Date.now() + this.aheadMs;
  }

  private isOutdated(): boolean {
    return performance.now() - this.readAt > REREAD_MS;
  }

  private read(): Promise<number> {
    this.reading ??= this.ask()
      .then((now) => {
        this.aheadMs = now - Date.now();
        this.readAt = performance.now();
        return now;
      })
      .finally(() => (this.reading = undefined));
    return this.reading;
  }
}
