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

export interface EventRow {
  id: string;
  type: string;
  key: string | null;
  public_id: string | null;
  user_id: string | null;
  reason: string | null;
  version: number | null;
  expires_at: Date | null;
  details: Record<string, unknown>;
  created_at: Date;
}

export const EVENT_COLUMNS =
  'id, type, key, public_id, user_id, reason, version::float8 AS version, expires_at, details, created_at';

export function toEvent(row: EventRow): SessionEvent {
  return {
    id: Number(row.id),
    type: row.type,
    key: row.key,
    publicId: row.public_id,
    userId: row.user_id,
    reason: row.reason,
    version: row.version,
    expiresAt: row.expires_at?.getTime() ?? null,
    details: row.details,
    at: row.created_at.getTime(),
  };
}
