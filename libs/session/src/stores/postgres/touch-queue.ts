import type { Database } from './database.ts';
import { TOUCH } from './statements.ts';

/** Touches are collected this long and written by one statement. */
const COLLECT_MS = 250;

interface Touch {
  readonly usedAt: number;
  readonly waiting: ((touched: boolean) => void)[];
  readonly failing: ((error: unknown) => void)[];
}

/** Writes down that sessions were used, many at a time. */
export class TouchQueue {
  private touches = new Map<string, Touch>();

  constructor(
    private readonly database: Database,
    private readonly touchSeconds: number,
  ) {}

  add(key: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.touches.size === 0) setTimeout(() => void this.flush(), COLLECT_MS).unref();
      const touch = this.touches.get(key) ?? { usedAt: performance.now(), waiting: [], failing: [] };
      touch.waiting.push(resolve);
      touch.failing.push(reject);
      this.touches.set(key, touch);
    });
  }

  private async flush(): Promise<void> {
    const touches = this.touches;
    this.touches = new Map();
    const now = performance.now();
    const agoSeconds = [...touches.values()].map(({ usedAt }) => (now - usedAt) / 1000);
    try {
      const rows = await this.database.query<{ key: string }>(TOUCH, [this.touchSeconds, [...touches.keys()], agoSeconds]);
      const touched = new Set(rows.map((row) => row.key));
      for (const [key, { waiting }] of touches) for (const resolve of waiting) resolve(touched.has(key));
    } catch (error) {
      for (const { failing } of touches.values()) for (const reject of failing) reject(error);
    }
  }
}
