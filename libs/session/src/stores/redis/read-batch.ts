interface Waiting {
  readonly key: string;
  readonly resolve: (value: string | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads of one turn of the event loop travel as one command, because a command costs the client more than it costs
 * Redis. Batches do not wait for each other: a frozen server is noticed by each of them in its own time.
 */
export class ReadBatch {
  private waiting: Waiting[] = [];

  constructor(private readonly read: (keys: string[]) => Promise<(string | null)[]>) {}

  get(key: string): Promise<string | null> {
    return new Promise((resolve, reject) => {
      if (this.waiting.push({ key, resolve, reject }) === 1) setImmediate(() => void this.flush());
    });
  }

  private async flush(): Promise<void> {
    const waiting = this.waiting;
    this.waiting = [];
    try {
      const values = await this.read(waiting.map(({ key }) => key));
      for (let i = 0; i < waiting.length; i++) waiting[i]!.resolve(values[i] ?? null);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
