import type { Statement } from './database.ts';
import { ADVISORY_LOCKS } from './locks.ts';
import { COLUMNS } from './row.ts';

/** What makes a row a live session. Postgres's clock decides; $1 of every statement is the touch interval in seconds. */
const UNREVOKED = `revoked_at IS NULL AND expires_at > now() AND created_at > (SELECT created_after FROM session_cache)`;
const LIVE = `${UNREVOKED} AND last_seen_at + make_interval(secs => idle_seconds + $1) > now()`;

const named = (name: string, text: string): Statement => ({ name: `session-${name}`, text });

export const FIND = named('find', `SELECT ${COLUMNS} FROM session WHERE key = ANY($2::text[]) AND ${LIVE}`);

export const INSERT = named(
  'insert',
  `INSERT INTO session (key, public_id, proof, user_id, attributes, version, authenticated_at, idle_seconds, expires_at, ip, user_agent)
   VALUES ($1, $2, $3, $4, $5, 1, CASE WHEN $6 THEN now() END, $7, now() + make_interval(secs => $8), $9, $10)
   RETURNING ${COLUMNS}`,
);

/** Compare-and-set of many rows. Locked, as everywhere, in the order of their keys, so that two replicas never wait for each other. */
export const UPDATE = named(
  'update',
  `WITH change AS (
     SELECT * FROM unnest($2::text[], $3::int8[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::float8[], $10::float8[], $11::text[])
       AS c(key, version, attributes, user_id, proof, previous_proof, next_proof, renewed_at, authenticated_at, change_id)
   ), locked AS (
     SELECT key FROM session WHERE key = ANY($2::text[]) AND ${LIVE} ORDER BY key FOR UPDATE
   )
   UPDATE session s
   SET attributes = c.attributes, user_id = c.user_id, proof = c.proof, previous_proof = c.previous_proof, next_proof = c.next_proof,
       renewed_at = to_timestamp(c.renewed_at / 1000), authenticated_at = to_timestamp(c.authenticated_at / 1000),
       version = s.version + 1, last_seen_at = now(), recent_changes = left(c.change_id || ' ' || s.recent_changes, 320)
   FROM change c JOIN locked USING (key)
   WHERE s.key = c.key AND s.version = c.version
   RETURNING s.key`,
);

/** $2 keys, $3 how many seconds ago each was used. A session that had ended by then is not touched. */
export const TOUCH = named(
  'touch',
  `WITH used AS (SELECT key, now() - make_interval(secs => ago) AS at FROM unnest($2::text[], $3::float8[]) AS u(key, ago)),
   locked AS (SELECT key FROM session WHERE key = ANY($2::text[]) AND ${UNREVOKED} ORDER BY key FOR UPDATE)
   UPDATE session s SET last_seen_at = greatest(s.last_seen_at, used.at)
   FROM used JOIN locked USING (key)
   WHERE s.key = used.key AND s.last_seen_at + make_interval(secs => s.idle_seconds + $1) > used.at
   RETURNING s.key`,
);

/** The same on the word of Redis, where the session was alive while Postgres was away and saw none of its touches. */
export const VOUCH = named(
  'vouch',
  `UPDATE session SET last_seen_at = now() WHERE key = $1 AND ${UNREVOKED} RETURNING ${COLUMNS}`,
);

export const REVOKE = named(
  'revoke',
  `UPDATE session SET revoked_at = now() WHERE key = ANY($1::text[]) AND revoked_at IS NULL AND expires_at > now() RETURNING ${COLUMNS}`,
);

export const LIST = named('list', `SELECT ${COLUMNS} FROM session WHERE user_id = $2 AND ${LIVE} ORDER BY created_at DESC, key`);

export const IS_LIVE = named('is-live', `SELECT key FROM session WHERE public_id = $2 AND ${LIVE}`);

export const LIST_KEYS_LOCKED = named(
  'list-locked',
  `SELECT key FROM (SELECT key, created_at FROM session WHERE user_id = $2 AND ${LIVE} ORDER BY key FOR UPDATE) AS live ORDER BY created_at, key`,
);

/** Also those that Postgres takes for idle: Redis may have seen them used while Postgres was away. */
export const LIST_UNENDED_LOCKED = named(
  'list-unended-locked',
  `SELECT key FROM session WHERE user_id = $1 AND ${UNREVOKED} ORDER BY key FOR UPDATE`,
);

/** Whoever opens or ends sessions of a user takes turns. */
export const LOCK_USER = named('lock-user', `SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.user}, hashtext($1))`);

/** Rows past their absolute end. Others are working on a locked row: skip it. */
export const SWEEP_EXPIRED = named(
  'sweep-expired',
  `DELETE FROM session WHERE ctid = ANY(ARRAY(
     SELECT ctid FROM session WHERE expires_at < now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED))
   RETURNING key`,
);

/**
 * Rows idle for a day longer than allowed; the day covers use that Redis saw while Postgres was away. No index serves
 * this: one on last_seen_at would have to be written at every touch.
 */
export const SWEEP_IDLE = named(
  'sweep-idle',
  `DELETE FROM session WHERE ctid = ANY(ARRAY(
     SELECT ctid FROM session WHERE expires_at >= now() AND last_seen_at + make_interval(secs => idle_seconds + $1 + 86400) < now()
     LIMIT $2 FOR UPDATE SKIP LOCKED))
   RETURNING key`,
);

/** Events get their numbers in the order of time, so the oldest are the first. */
export const SWEEP_EVENTS = named(
  'sweep-events',
  `DELETE FROM session_event WHERE id IN (
     SELECT id FROM (SELECT id, created_at FROM session_event ORDER BY id LIMIT $1) AS oldest
     WHERE created_at < now() - interval '1 day')`,
);

export const SWEEP_LOCK = named('sweep-lock', `SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCKS.sweep}) AS mine`);
