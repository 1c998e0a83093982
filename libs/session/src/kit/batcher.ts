interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatcherOptions {
  /** How long items are collected, in milliseconds; 0: for the rest of this turn of the event loop. */
  readonly collectMs?: number;
  /** True: one batch at a time; items that arrive during a batch form the next. False: a frozen server delays only its own batch. */
  readonly serial?: boolean;
}

/** Most items of one batch of a serial batcher. */
const SERIAL_LIMIT = 500;

/** Groups items, because one command or commit for many is cheaper than one for each. */
export class Batcher<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private scheduled = false;
  private readonly collectMs: number;
  private readonly serial: boolean;

  /** `work` returns a result or an Error for every item, in order. If it throws, all of them fail. */
  constructor(
    private readonly work: (items: Item[]) => Promise<(Result | Error)[]>,
    { collectMs = 0, serial = false }: BatcherOptions = {},
  ) {
    this.collectMs = collectMs;
    this.serial = serial;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      if (this.collectMs === 0) setImmediate(this.flush);
      else setTimeout(this.flush, this.collectMs).unref();
    });
  }

  private readonly flush = (): void => {
    if (this.serial) return void this.runInTurn();
    const batch = this.waiting;
    this.waiting = [];
    this.scheduled = false;
    void this.run(batch);
  };

  private async runInTurn(): Promise<void> {
    while (this.waiting.length > 0) await this.run(this.waiting.splice(0, SERIAL_LIMIT));
    this.scheduled = false;
  }

  private async run(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.work(batch.map(({ item }) => item));
      for (let i = 0; i < batch.length; i++) settle(batch[i]!, results[i]!);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function settle<Item, Result>({ resolve, reject }: Waiting<Item, Result>, result: Result | Error): void {
  if (result instanceof Error) reject(result);
  else resolve(result);
}
