import type { Tx } from '../../model/store.ts';
import type { SessionRecord } from '../../model/record.ts';

/** A change of a session, or an announcement of the application. */
export interface SessionEvent {
  /** Position in the feed: commit order. */
  readonly id: number;
  readonly type: string;
  readonly key: string | null;
  readonly publicId: string | null;
  readonly userId: string | null;
  readonly reason: string | null;
  readonly version: number | null;
  readonly expiresAt: number | null;
  readonly details: Record<string, unknown>;
  readonly at: number;
}

export type NewEvent = Pick<SessionEvent, 'type'> &
  Partial<Omit<SessionEvent, 'id' | 'at'>> & {
    /** True: Redis is not up to date yet. */
    readonly unapplied: boolean;
  };

export function eventOf(type: string, record: SessionRecord, options: { reason?: string; unapplied: boolean }): NewEvent {
  const { key, publicId, userId, version, expiresAt } = record;
  return { type, key, publicId, userId, version, expiresAt, reason: options.reason ?? null, unapplied: options.unapplied };
}

const INSERT = `
  INSERT INTO session_event (type, key, public_id, user_id, reason, version, expires_at, details, applied_at)
  SELECT e.type, e.key, e."publicId", e."userId", e.reason, e.version, to_timestamp(e."expiresAt" / 1000.0),
         coalesce(e.details, '{}'), CASE WHEN e.unapplied THEN NULL ELSE now() END
  FROM jsonb_to_recordset($1::jsonb) AS e(type text, key text, "publicId" text, "userId" text, reason text, version int8,
       "expiresAt" float8, details jsonb, unapplied boolean)
  RETURNING id`;

/** In a transaction that also locks session rows, this must come last: rows first, then the lock that orders events. */
export async function writeEvents(tx: Tx, events: readonly NewEvent[]): Promise<number[]> {
  if (events.length === 0) return [];
  const rows = await tx.query<{ id: string }>(INSERT, [JSON.stringify(events)]);
  return rows.map((row) => Number(row.id));
}

/** Reads events as `SessionEvent`, with times in epoch milliseconds. */
export const SELECT_EVENTS = `SELECT id::float8 AS id, type, key, public_id AS "publicId", user_id AS "userId", reason,
  version::float8 AS version, floor(extract(epoch FROM expires_at) * 1000)::float8 AS "expiresAt", details,
  floor(extract(epoch FROM created_at) * 1000)::float8 AS at FROM session_event`;
