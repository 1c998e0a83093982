import type { Database } from './database.ts';
import { SWEEP_EVENTS, SWEEP_EXPIRED, SWEEP_IDLE, SWEEP_LOCK } from './statements.ts';

export interface SweepOptions {
  /** Most rows to delete. */
  readonly limit: number;
  readonly touchSeconds: number;
  /** Whether to look for idle sessions too, which reads the whole table. */
  readonly idle: boolean;
}

/** Deletes ended sessions and returns how many. 0 while another replica sweeps. */
export function sweep(database: Database, { limit, touchSeconds, idle }: SweepOptions): Promise<number> {
  return database.transaction(
    async (tx) => {
      const [lock] = await tx.query<{ mine: boolean }>(SWEEP_LOCK.text);
      if (lock?.mine !== true) return 0;
      await tx.query(SWEEP_EVENTS.text, [limit]);
      const expired = (await tx.query(SWEEP_EXPIRED.text, [limit])).length;
      if (!idle || expired === limit) return expired;
      return expired + (await tx.query(SWEEP_IDLE.text, [touchSeconds, limit - expired])).length;
    },
    { deadlineMs: database.options.deadlineMs * 10 },
  );
}
