import { IN_USE_MS } from '../../model/standing.ts';
import type { Tx } from '../../model/store.ts';
import type { Database } from './database.ts';

/**
 * Whether Postgres has every acknowledged change. While it was out of use, replicas may have acknowledged changes in Redis
 * alone, and Postgres cannot have been told. So it is the row `session_cache` that knows, by Postgres's own clock:
 *
 * - every replica that writes to Postgres beats: `beat_at`, and `copy_at` if it uses Redis as well;
 * - the first beat after a restart raises `away_epoch` if Redis was in use before it, and so does the first beat of a replica
 *   that noticed an outage while it trusted Redis;
 * - a replica that reaches both stores and finds no dirty session sets `drained_epoch`.
 *
 * docs/decisions/0014-who-may-be-believed.md
 */

/** Why a read that found a session, or none, cannot be answered. */
export const POSTGRES_BEHIND = 'Postgres may lack changes that only Redis has, and Redis does not respond.';

const IN_USE = `interval '${IN_USE_MS} milliseconds'`;
/** Redis was in use at the last beat. If it was not, nobody can have acknowledged anything in Redis since. */
const COPY_IN_USE = `coalesce(copy_at >= beat_at - ${IN_USE}, false)`;
const RESTARTED = `pg_postmaster_start_time() > beat_at`;

/**
 * False: behind, or it cannot be told, because no replica has beaten since a restart, or none can. Part of the statement that
 * reads a session, so that both are of the same moment. $3: this replica found Postgres read-only, and has not beaten since.
 */
export const CAUGHT_UP = `(SELECT away_epoch = drained_epoch
  AND NOT (${COPY_IN_USE} AND (${RESTARTED} OR current_setting('transaction_read_only')::boolean OR $3::boolean)) FROM session_cache)`;

/** Of many replicas, the first of each tenth of a second writes; the others only read. */
const BEAT = `WITH beaten AS (
    UPDATE session_cache SET
      away_epoch = away_epoch + CASE WHEN $2 OR (${COPY_IN_USE} AND ${RESTARTED}) THEN 1 ELSE 0 END,
      copy_at = CASE WHEN $1 THEN now() ELSE copy_at END,
      beat_at = greatest(beat_at, now())
    WHERE id = 1 AND ($2 OR beat_at IS NULL OR beat_at < now() - interval '100 milliseconds'
      OR $1 AND (copy_at IS NULL OR copy_at < now() - interval '100 milliseconds'))
    RETURNING away_epoch, drained_epoch
  ), standing AS (
    SELECT * FROM beaten UNION ALL SELECT away_epoch, drained_epoch FROM session_cache WHERE NOT EXISTS (SELECT FROM beaten)
  ) SELECT CASE WHEN away_epoch > drained_epoch THEN away_epoch::float8 END AS behind FROM standing`;

/** Returns the epoch that has to be drained, or null if Postgres is caught up. */
export async function beat(tx: Tx, options: { usesCopy: boolean; noticedOutage: boolean }): Promise<number | null> {
  const [row] = await tx.query<{ behind: number | null }>(BEAT, [options.usesCopy, options.noticedOutage]);
  return row?.behind ?? null;
}

/** No session was dirty in Redis, in this generation, after `epoch` was read. */
export async function markCaughtUp(database: Database, epoch: number, generation: number): Promise<void> {
  await database.query('UPDATE session_cache SET drained_epoch = $1 WHERE id = 1 AND drained_epoch < $1 AND generation = $2', [
    epoch,
    generation,
  ]);
}
