import type { Codec } from '../../model/codec.ts';
import type { SessionRecord } from '../../model/record.ts';
import type { Tx } from '../../model/store.ts';
import { eventOf, writeEvents } from './events.ts';
import { COLUMNS, toRecord, type Row } from './row.ts';

const LOCK_ROW = `SELECT ${COLUMNS}, drained_to FROM session WHERE key = $1 FOR UPDATE`;

const CREATE = `
  INSERT INTO session (key, public_id, proof, previous_proof, next_proof, renewed_at, user_id, attributes, version, created_at,
    authenticated_at, last_seen_at, idle_seconds, expires_at, ip, user_agent)
  VALUES ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0), $7, $8, $9, to_timestamp($10 / 1000.0), to_timestamp($11 / 1000.0), least(now(), to_timestamp($10 / 1000.0)), $12,
    to_timestamp($13 / 1000.0), $14, $15)
  ON CONFLICT (key) DO NOTHING`;

const STORE = `
  UPDATE session SET attributes = $2, user_id = $3, version = $4, proof = $5, previous_proof = $6, next_proof = $7,
    renewed_at = to_timestamp($8 / 1000.0), authenticated_at = to_timestamp($9 / 1000.0),
    drained_to = $10
  WHERE key = $1`;

const USE = `
  UPDATE session SET last_seen_at = least(now(), greatest(last_seen_at, now() - make_interval(secs => idle_seconds + $3::float8 - $2::float8 / 1000)))
  WHERE key = $1 RETURNING last_seen_at`;

/** A row taken for the length of the transaction, to merge into it what happened in Redis. */
export interface LockedRow {
  readonly record: SessionRecord;
  /** Ids of the last writes to Postgres. */
  readonly recentChanges: string;
  /** The newest change made in Redis that the row has. */
  readonly drainedTo: string | null;
}

export async function lockRow(tx: Tx, key: string, codec: Codec): Promise<LockedRow | null> {
  const [row] = await tx.query<Row & { drained_to: string | null }>(LOCK_ROW, [key]);
  if (row === undefined) return null;
  return { record: toRecord(row, codec), recentChanges: row.recent_changes, drainedTo: row.drained_to };
}

export async function insertRow(tx: Tx, record: SessionRecord, codec: Codec): Promise<void> {
  const {
    key,
    publicId,
    proof,
    previousProof,
    nextProof,
    renewedAt,
    userId,
    attributes,
    version,
    createdAt,
    authenticatedAt,
    idleSeconds,
    expiresAt,
    device,
  } = record;
  const sealed = codec.encode(attributes, key);
  await tx.query(CREATE, [
    key,
    publicId,
    proof,
    previousProof,
    nextProof,
    renewedAt,
    userId,
    sealed,
    version,
    createdAt,
    authenticatedAt,
    idleSeconds,
    expiresAt,
    device.ip,
    device.userAgent,
  ]);
}

export async function storeRow(tx: Tx, record: SessionRecord, mark: string, codec: Codec): Promise<void> {
  const { key, attributes, userId, version, proof, previousProof, nextProof, renewedAt, authenticatedAt } = record;
  const sealed = codec.encode(attributes, key);
  await tx.query(STORE, [key, sealed, userId, version, proof, previousProof, nextProof, renewedAt, authenticatedAt, mark]);
}

/** The session lives `leftMs` from now unless it is used again: so it was used that much of its idle time ago. Returns when. */
export async function useRow(tx: Tx, key: string, leftMs: number, touchSeconds: number): Promise<number> {
  const [row] = await tx.query<{ last_seen_at: Date }>(USE, [key, leftMs, touchSeconds]);
  return row!.last_seen_at.getTime();
}

export async function revokeRow(tx: Tx, record: SessionRecord, reason: string): Promise<void> {
  await tx.query('UPDATE session SET revoked_at = now() WHERE key = $1 AND revoked_at IS NULL', [record.key]);
  await writeEvents(tx, [eventOf('revoked', record, { reason, unapplied: true })]);
}
