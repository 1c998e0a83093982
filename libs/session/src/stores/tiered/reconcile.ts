import type { SessionRecord } from '../../model/record.ts';
import type { Tx } from '../../model/store.ts';
import { insertRow, lockRow, revokeRow, storeRow } from '../postgres/drain.ts';
import type { PostgresStore } from '../postgres/postgres-store.ts';
import type { RedisSessionStore } from '../redis/redis-store.ts';
import { decodeEntry, markOf, merged, unseen, type PendingEntry } from './pending.ts';

const ROUNDS = 20;

/**
 * Brings one session that changed in Redis while Postgres was away (or out of one replica's reach) into Postgres, and
 * makes both agree. May be run by several replicas at once and again after a crash: the row lock orders them, and the
 * ids of the writes tell what is there already. Returns the session, or null if it has ended.
 */
export async function reconcile(key: string, redis: RedisSessionStore, postgres: PostgresStore): Promise<SessionRecord | null> {
  for (let round = 0; round < ROUNDS; round++) {
    const lines = await redis.pending(key);
    const entries = lines.map((line) => decodeEntry(line, key, postgres.codec));
    const record = await postgres.database.transaction((tx) => drain(tx, key, entries, postgres));
    const live = record !== null && record.revokedAt === null ? record : null;
    if (record !== null && live === null) await redis.bury(key, record.expiresAt);
    const left = await redis.settle(key, lines[0] ?? '', lines.length, live);
    if (left === 0) return live;
  }
  return null;
}

async function drain(tx: Tx, key: string, entries: PendingEntry[], postgres: PostgresStore): Promise<SessionRecord | null> {
  const created = entries.find((entry) => entry.created !== undefined)?.created;
  if (created !== undefined) await insertRow(tx, created, postgres.codec);
  const row = await lockRow(tx, key, postgres.codec);
  if (row === null || row.record.revokedAt !== null) return row?.record ?? null;
  const revoked = entries.find((entry) => entry.revoked !== undefined)?.revoked;
  if (revoked !== undefined) {
    await revokeRow(tx, row.record, revoked);
    return { ...row.record, revokedAt: Date.now() };
  }
  return store(tx, row, entries, postgres);
}

async function store(
  tx: Tx,
  row: { record: SessionRecord; recentChanges: string },
  entries: PendingEntry[],
  postgres: PostgresStore,
): Promise<SessionRecord> {
  const last = entries.at(-1);
  if (last === undefined) {
    await tx.query('UPDATE session SET last_seen_at = now() WHERE key = $1', [row.record.key]);
    return row.record;
  }
  const next = merged(row.record, unseen(entries, row.recentChanges));
  if (next !== row.record) await storeRow(tx, next, markOf(last), postgres.codec);
  return next;
}
