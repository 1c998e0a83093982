import type { Database } from './database.ts';
import { SWEEP_EVENTS, SWEEP_EXPIRED, SWEEP_IDLE, SWEEP_LOCK } from './statements.ts';

/**
 * Deletes at most `limit` ended sessions and returns how many. 0 while another replica sweeps. `idle`: looks for idle sessions
 * too, which reads the whole table.
 */
export function sweep(database: Database, touchSeconds: number, limit: number, idle: boolean): Promise<number> {
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
