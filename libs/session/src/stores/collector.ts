interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Items of one turn of the event loop, or of `collectMs`, are worked on together: a command costs the client more than
 * it costs the server. Unlike those of Batch, its batches do not wait for each other: a frozen server is noticed by each
 * of them in its own time.
 */
export class Collector<Item, Answer> {
  private waiting: Waiting<Item, Answer>[] = [];

  /** `work` answers every item, in order, with a result or an Error. If it throws, all of them fail. */
  constructor(
    private readonly work: (items: Item[]) => Promise<(Answer | Error)[]>,
    private readonly collectMs = 0,
  ) {}

  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.waiting.push({ item, resolve, reject }) > 1) return;
      if (this.collectMs === 0) setImmediate(() => void this.flush());
      else setTimeout(() => void this.flush(), this.collectMs).unref();
    });
  }

  private async flush(): Promise<void> {
    const waiting = this.waiting;
    this.waiting = [];
    try {
      const answers = await this.work(waiting.map(({ item }) => item));
      for (let i = 0; i < waiting.length; i++) settle(waiting[i]!, answers[i]!);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}

function settle<Item, Answer>({ resolve, reject }: Waiting<Item, Answer>, answer: Answer | Error): void {
  if (answer instanceof Error) reject(answer);
  else resolve(answer);
}
