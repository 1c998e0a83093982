import type { Codec } from '../../model/codec.ts';
import type { SessionRecord } from '../../model/record.ts';
import type { Tx } from '../../model/store.ts';
import {
  CHANGING_NAMES,
  COLUMNS,
  SELECTED,
  SET_CHANGING,
  asColumn,
  changingArrays,
  changingValues,
  parameterOf,
  toRecord,
  type Column,
  type Row,
} from './columns.ts';
import { eventOf, writeEvents } from './events.ts';

const LOCK_ROWS = `SELECT ${SELECTED}, drained_to FROM session WHERE key = ANY($1::text[]) ORDER BY key FOR UPDATE`;

/** A session that was created in Redis is not revoked, and cannot have been used in the future. */
const CREATED = COLUMNS.filter(({ field }) => field !== 'revokedAt');
const createdAs = (column: Column, parameter: string) =>
  column.name === 'last_seen_at' ? `least(now(), ${asColumn(column, parameter)})` : asColumn(column, parameter);

const CREATE = `
  INSERT INTO session (${CREATED.map(({ name }) => name).join(', ')})
  VALUES (${CREATED.map((column, i) => createdAs(column, `$${i + 1}`)).join(', ')})
  ON CONFLICT (key) DO NOTHING`;

const STORE = `
  UPDATE session s SET version = c.version, drained_to = c.mark, ${SET_CHANGING}
  FROM unnest($1::text[], $2::int8[], $3::text[], ${changingArrays(4)}) AS c(key, version, mark, ${CHANGING_NAMES})
  WHERE s.key = c.key`;

const USE = `
  UPDATE session s
  SET last_seen_at = least(now(), greatest(s.last_seen_at, now() - make_interval(secs => s.idle_seconds + $3::float8 - u.left_ms / 1000)))
  FROM unnest($1::text[], $2::float8[]) AS u(key, left_ms)
  WHERE s.key = u.key RETURNING s.key, s.last_seen_at`;

/** A row that is locked until the transaction ends, to merge the changes of Redis into it. */
export interface LockedRow {
  readonly record: SessionRecord;
  /** Ids of the last writes to Postgres. */
  readonly recentChanges: string;
  /** The newest entry of Redis that the row contains. */
  readonly drainedTo: string | null;
}

/** In the order of their keys, as everywhere. A missing session has no entry. */
export async function lockRows(tx: Tx, keys: readonly string[], codec: Codec): Promise<Map<string, LockedRow>> {
  const rows = await tx.query<Row & { drained_to: string | null }>(LOCK_ROWS, [keys]);
  return new Map(
    rows.map((row) => [row.key, { record: toRecord(row, codec), recentChanges: row.recent_changes, drainedTo: row.drained_to }]),
  );
}

export async function insertRow(tx: Tx, record: SessionRecord, codec: Codec): Promise<void> {
  await tx.query(
    CREATE,
    CREATED.map(({ field }) => parameterOf(record, field, codec)),
  );
}

/** `marks`: the newest entry of Redis that each record contains. */
export async function storeRows(
  tx: Tx,
  records: readonly SessionRecord[],
  marks: readonly string[],
  codec: Codec,
): Promise<void> {
  if (records.length === 0) return;
  const [keys, versions] = [records.map(({ key }) => key), records.map(({ version }) => version)];
  await tx.query(STORE, [keys, versions, marks, ...changingValues(records, codec)]);
}

/** Derives the last use from the time that Redis lets each session live without another. Returns it by key. */
export async function useRows(tx: Tx, leftMs: ReadonlyMap<string, number>, touchSeconds: number): Promise<Map<string, number>> {
  if (leftMs.size === 0) return new Map();
  const params = [[...leftMs.keys()], [...leftMs.values()], touchSeconds];
  const rows = await tx.query<{ key: string; last_seen_at: Date }>(USE, params);
  return new Map(rows.map((row) => [row.key, row.last_seen_at.getTime()]));
}

export async function revokeRow(tx: Tx, record: SessionRecord, reason: string): Promise<void> {
  await tx.query('UPDATE session SET revoked_at = now() WHERE key = $1 AND revoked_at IS NULL', [record.key]);
  await writeEvents(tx, [eventOf('revoked', record, { reason, unapplied: true })]);
}
