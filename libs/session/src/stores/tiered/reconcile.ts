import type { SessionRecord } from '../../model/record.ts';
import type { Tx } from '../../model/store.ts';
import { insertRow, lockRow, revokeRow, storeRow, useRow, type LockedRow } from '../postgres/drain.ts';
import type { PostgresStore } from '../postgres/postgres-store.ts';
import type { RedisCopy } from '../redis/redis-copy.ts';
import { decodeEntry, markOf, merged, unseen, type PendingEntry } from './pending.ts';

const ROUNDS = 20;

/** The entries that Redis holds for Postgres, and how long it lets the session live. */
interface Pending {
  readonly lines: readonly string[];
  readonly entries: readonly PendingEntry[];
  readonly leftMs: number | null;
}

/**
 * Reconciles one session that changed in Redis while Postgres was unavailable to a replica: drains its entries to Postgres
 * and makes both stores equal. Several replicas may do so at once, and again after a crash: the row lock orders them, and
 * the row records which entries it has. Returns the session, or null if it has ended.
 */
export async function reconcile(key: string, redis: RedisCopy, postgres: PostgresStore): Promise<SessionRecord | null> {
  for (let round = 0; round < ROUNDS; round++) {
    const { record, lines } = await postgres.database.transaction((tx) => drain(tx, key, redis, postgres));
    const live = record !== null && record.revokedAt === null ? record : null;
    if (record !== null && live === null) await redis.writeTombstone(key, record.expiresAt);
    const left = await redis.settle(key, lines[0] ?? '', lines.length, live);
    if (left === 0) return live;
  }
  return null;
}

async function drain(
  tx: Tx,
  key: string,
  redis: RedisCopy,
  postgres: PostgresStore,
): Promise<{ record: SessionRecord | null; lines: readonly string[] }> {
  let row = await lockRow(tx, key, postgres.codec);
  // Read under the lock: in an older list, entries that another replica drained would look new.
  let pending = await pendingOf(key, redis, postgres);
  const created = pending.entries.find((entry) => entry.created !== undefined)?.created;
  if (row === null && created !== undefined) {
    await insertRow(tx, created, postgres.codec);
    row = await lockRow(tx, key, postgres.codec);
    pending = await pendingOf(key, redis, postgres);
  }
  return { record: row === null ? null : await bring(tx, row, pending, postgres), lines: pending.lines };
}

async function pendingOf(key: string, redis: RedisCopy, postgres: PostgresStore): Promise<Pending> {
  const [lines, leftMs] = await Promise.all([redis.pending(key), redis.leftMs(key)]);
  return { lines, leftMs, entries: lines.map((line) => decodeEntry(line, key, postgres.codec)) };
}

async function bring(tx: Tx, row: LockedRow, { entries, leftMs }: Pending, postgres: PostgresStore): Promise<SessionRecord> {
  const { record } = row;
  if (record.revokedAt !== null) return record;
  const revoked = entries.find((entry) => entry.revoked !== undefined)?.revoked;
  if (revoked !== undefined) {
    await revokeRow(tx, record, revoked);
    return { ...record, revokedAt: Date.now() };
  }
  // Redis knows when the session was last used. If it expired there, the drain gives it no new idle time.
  const lastSeenAt = leftMs === null ? record.lastSeenAt : await useRow(tx, record.key, leftMs, postgres.options.touchSeconds);
  return store(tx, { ...row, record: { ...record, lastSeenAt } }, entries, postgres);
}

async function store(
  tx: Tx,
  { record, drainedTo, recentChanges }: LockedRow,
  entries: readonly PendingEntry[],
  postgres: PostgresStore,
): Promise<SessionRecord> {
  const last = entries.at(-1);
  if (last === undefined) return record;
  const next = merged(record, unseen(entries, drainedTo, recentChanges), entries);
  if (next !== record) await storeRow(tx, next, markOf(last), postgres.codec);
  return next;
}
