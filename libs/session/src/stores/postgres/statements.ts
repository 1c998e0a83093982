import { INSERT_SESSION, LIVE, SELECTED, UNREVOKED, epochMs } from './columns.ts';
import type { Statement } from './connection.ts';
import type { Database } from './database.ts';
import { ADVISORY_LOCKS } from './locks.ts';
import { CAUGHT_UP } from './standing.ts';

const named = (name: string, text: string): Statement => ({ name: `session-${name}`, text });

/** Always returns a row, because of `caught_up`; its `key` is null if none of the sessions is live. */
export const FIND = named(
  'find',
  `SELECT caught_up, live.* FROM (SELECT ${CAUGHT_UP} AS caught_up) AS standing
   LEFT JOIN (SELECT ${SELECTED} FROM session WHERE key = ANY($2::text[]) AND ${LIVE}) AS live ON true`,
);

export const INSERT = named('insert', `${INSERT_SESSION} RETURNING ${SELECTED}`);

/** $2 keys, $3 how many seconds ago each was used. A session that had already ended then is not touched. */
export const TOUCH = named(
  'touch',
  `WITH used AS (SELECT key, now() - make_interval(secs => ago) AS at FROM unnest($2::text[], $3::float8[]) AS u(key, ago)),
   locked AS (SELECT key FROM session WHERE key = ANY($2::text[]) AND ${UNREVOKED} ORDER BY key FOR UPDATE)
   UPDATE session s SET last_seen_at = greatest(s.last_seen_at, used.at)
   FROM used JOIN locked USING (key)
   WHERE s.key = used.key AND s.last_seen_at + make_interval(secs => s.idle_seconds + $1) > used.at
   RETURNING s.key`,
);

/** A touch for a session that is live in Redis: Postgres was unavailable and missed its touches. */
export const VOUCH = named(
  'vouch',
  `UPDATE session SET last_seen_at = now() WHERE key = $1 AND ${UNREVOKED} RETURNING ${SELECTED}`,
);

export const LIST = named('list', `SELECT ${SELECTED} FROM session WHERE user_id = $2 AND ${LIVE} ORDER BY created_at DESC, key`);

export const IS_LIVE = named(
  'is-live',
  `SELECT ${CAUGHT_UP} AS caught_up, EXISTS (SELECT FROM session WHERE public_id = $2 AND ${LIVE}) AS live`,
);

export const LIST_KEYS_LOCKED = named(
  'list-locked',
  `SELECT key FROM (SELECT key, created_at FROM session WHERE user_id = $2 AND ${LIVE} ORDER BY key FOR UPDATE) AS live ORDER BY created_at, key`,
);

/** Includes sessions that seem idle: Redis may know of use that Postgres missed while it was unavailable. */
export const LIST_UNREVOKED_LOCKED = named(
  'list-unrevoked-locked',
  `SELECT key FROM session WHERE user_id = $1 AND ${UNREVOKED} ORDER BY key FOR UPDATE`,
);

const NOW = named('now', `SELECT ${epochMs('clock_timestamp()')} AS now`);

/** Postgres's clock, in epoch milliseconds. */
export async function nowOf(database: Pick<Database, 'query'>): Promise<number> {
  const [row] = await database.query<{ now: number }>(NOW);
  return row!.now;
}

/** Serializes logins and revocations of one user. */
export const LOCK_USER = named('lock-user', `SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.user}, hashtext($1))`);

/** Rows past their absolute end. Skips rows that another transaction uses. */
export const SWEEP_EXPIRED = named(
  'sweep-expired',
  `DELETE FROM session WHERE ctid = ANY(ARRAY(
     SELECT ctid FROM session WHERE expires_at < now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED))
   RETURNING key`,
);

/**
 * Rows idle for a day longer than allowed: the day covers use that Postgres missed while it was unavailable. Reads the
 * whole table, because an index on last_seen_at would be written at every touch.
 */
export const SWEEP_IDLE = named(
  'sweep-idle',
  `DELETE FROM session WHERE ctid = ANY(ARRAY(
     SELECT ctid FROM session WHERE expires_at >= now() AND last_seen_at + make_interval(secs => idle_seconds + $1 + 86400) < now()
     LIMIT $2 FOR UPDATE SKIP LOCKED))
   RETURNING key`,
);

/** Ids follow the order of time, so the oldest events come first. */
export const SWEEP_EVENTS = named(
  'sweep-events',
  `DELETE FROM session_event WHERE id IN (
     SELECT id FROM (SELECT id, created_at FROM session_event ORDER BY id LIMIT $1) AS oldest
     WHERE created_at < now() - interval '1 day')`,
);

export const SWEEP_LOCK = named('sweep-lock', `SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCKS.sweep}) AS mine`);
