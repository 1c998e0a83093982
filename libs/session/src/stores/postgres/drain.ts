import type { Codec } from '../../model/codec.ts';
import type { SessionRecord } from '../../model/record.ts';
import type { Tx } from '../../model/store.ts';
import { CHANGING, COLUMNS, SELECTED, asColumn, parameterOf, toRecord, type Column, type Row } from './columns.ts';
import { eventOf, writeEvents } from './events.ts';

const LOCK_ROW = `SELECT ${SELECTED}, drained_to FROM session WHERE key = $1 FOR UPDATE`;

/** A session that was created in Redis is not revoked, and cannot have been used in the future. */
const CREATED = COLUMNS.filter(({ field }) => field !== 'revokedAt');
const createdAs = (column: Column, parameter: string) =>
  column.name === 'last_seen_at' ? `least(now(), ${asColumn(column, parameter)})` : asColumn(column, parameter);

const CREATE = `
  INSERT INTO session (${CREATED.map(({ name }) => name).join(', ')})
  VALUES (${CREATED.map((column, i) => createdAs(column, `$${i + 1}`)).join(', ')})
  ON CONFLICT (key) DO NOTHING`;

const STORE = `
  UPDATE session SET version = $2, drained_to = $3, ${CHANGING.map((column, i) => `${column.name} = ${asColumn(column, `$${i + 4}`)}`).join(', ')}
  WHERE key = $1`;

const USE = `
  UPDATE session SET last_seen_at = least(now(), greatest(last_seen_at, now() - make_interval(secs => idle_seconds + $3::float8 - $2::float8 / 1000)))
  WHERE key = $1 RETURNING last_seen_at`;

/** A row that is locked until the transaction ends, to merge the changes of Redis into it. */
export interface LockedRow {
  readonly record: SessionRecord;
  /** Ids of the last writes to Postgres. */
  readonly recentChanges: string;
  /** The newest entry of Redis that the row contains. */
  readonly drainedTo: string | null;
}

export async function lockRow(tx: Tx, key: string, codec: Codec): Promise<LockedRow | null> {
  const [row] = await tx.query<Row & { drained_to: string | null }>(LOCK_ROW, [key]);
  if (row === undefined) return null;
  return { record: toRecord(row, codec), recentChanges: row.recent_changes, drainedTo: row.drained_to };
}

export async function insertRow(tx: Tx, record: SessionRecord, codec: Codec): Promise<void> {
  await tx.query(
    CREATE,
    CREATED.map(({ field }) => parameterOf(record, field, codec)),
  );
}

export async function storeRow(tx: Tx, record: SessionRecord, mark: string, codec: Codec): Promise<void> {
  const changed = CHANGING.map(({ field }) => parameterOf(record, field, codec));
  await tx.query(STORE, [record.key, record.version, mark, ...changed]);
}

/** Derives the last use from the time that Redis lets the session live without another. Returns it. */
export async function useRow(tx: Tx, key: string, leftMs: number, touchSeconds: number): Promise<number> {
  const [row] = await tx.query<{ last_seen_at: Date }>(USE, [key, leftMs, touchSeconds]);
  return row!.last_seen_at.getTime();
}

export async function revokeRow(tx: Tx, record: SessionRecord, reason: string): Promise<void> {
  await tx.query('UPDATE session SET revoked_at = now() WHERE key = $1 AND revoked_at IS NULL', [record.key]);
  await writeEvents(tx, [eventOf('revoked', record, { reason, unapplied: true })]);
}
