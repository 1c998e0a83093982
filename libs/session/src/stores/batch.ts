/**
 * Natural batches: what arrives while one batch is under way goes into the next one. When idle nothing waits,
 * apart from the rest of the current turn of the event loop.
 */
export class Batch<Item, Result> {
  private waiting: { item: Item; resolve: (result: Result) => void; reject: (error: Error) => void }[] = [];
  private running = false;

  /** `run` settles every item, in order: with a result or an Error. If it throws, all of them fail. */
  constructor(
    private readonly run: (items: Item[]) => Promise<(Result | Error)[]>,
    private readonly limit = 500,
  ) {}

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.running) {
        this.running = true;
        setImmediate(() => void this.drain());
      }
    });
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const taken = this.waiting.splice(0, this.limit);
      const results = await this.run(taken.map(({ item }) => item)).catch((error: unknown) => taken.map(() => error as Error));
      taken.forEach(({ resolve, reject }, i) => {
        const result = results[i]!;
        if (result instanceof Error) reject(result);
        else resolve(result);
      });
    }
    this.running = false;
  }
}
