import type { Codec } from '../../model/codec.ts';
import type { SessionRecord } from '../../model/record.ts';
import type { Tx } from '../../model/store.ts';
import { eventOf, writeEvents } from './events.ts';
import { COLUMNS, toRecord, type Row } from './row.ts';

const LOCK_ROW = `SELECT ${COLUMNS} FROM session WHERE key = $1 FOR UPDATE`;

const CREATE = `
  INSERT INTO session (key, public_id, proof, previous_proof, next_proof, renewed_at, user_id, attributes, version, created_at,
    authenticated_at, last_seen_at, idle_seconds, expires_at, ip, user_agent)
  VALUES ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0), $7, $8, $9, to_timestamp($10 / 1000.0), to_timestamp($11 / 1000.0), now(), $12,
    to_timestamp($13 / 1000.0), $14, $15)
  ON CONFLICT (key) DO NOTHING`;

const STORE = `
  UPDATE session SET attributes = $2, user_id = $3, version = $4, proof = $5, previous_proof = $6, next_proof = $7,
    renewed_at = to_timestamp($8 / 1000.0), authenticated_at = to_timestamp($9 / 1000.0), last_seen_at = now(),
    recent_changes = left('>' || $10::text || ' ' || recent_changes, 160)
  WHERE key = $1`;

/** A row taken for the length of the transaction, to merge into it what happened in Redis. */
export async function lockRow(
  tx: Tx,
  key: string,
  codec: Codec,
): Promise<{ record: SessionRecord; recentChanges: string } | null> {
  const [row] = await tx.query<Row>(LOCK_ROW, [key]);
  return row === undefined ? null : { record: toRecord(row, codec), recentChanges: row.recent_changes };
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

export async function revokeRow(tx: Tx, record: SessionRecord, reason: string): Promise<void> {
  await tx.query('UPDATE session SET revoked_at = now() WHERE key = $1 AND revoked_at IS NULL', [record.key]);
  await writeEvents(tx, [eventOf('revoked', record, { reason, unapplied: true })]);
}
