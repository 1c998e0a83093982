import type { SessionRecord } from '../../model/record.ts';
import type { Tx } from '../../model/store.ts';
import { insertRow, lockRows, revokeRow, storeRows, useRows, type LockedRow } from '../postgres/drain.ts';
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

interface Drained {
  readonly key: string;
  readonly record: SessionRecord | null;
  readonly lines: readonly string[];
}

/** `reconcileAll` for one session. Returns it, or null if it has ended. */
export async function reconcile(key: string, redis: RedisCopy, postgres: PostgresStore): Promise<SessionRecord | null> {
  return (await reconcileAll([key], redis, postgres)).get(key) ?? null;
}

/**
 * Reconciles sessions that changed in Redis while Postgres was unavailable to a replica: drains their entries to Postgres in
 * one transaction and makes both stores equal. Several replicas may do so at once, and again after a crash: the row locks
 * order them, and each row records which entries it has. Returns the live ones. If one cannot be read, none is drained.
 */
export async function reconcileAll(
  keys: readonly string[],
  redis: RedisCopy,
  postgres: PostgresStore,
): Promise<Map<string, SessionRecord>> {
  const live = new Map<string, SessionRecord>();
  let open = keys.toSorted();
  for (let round = 0; round < ROUNDS && open.length > 0; round++) {
    const drained = await postgres.database.transaction((tx) => drain(tx, open, redis, postgres));
    const left = await Promise.all(drained.map((one) => settle(one, redis)));
    const settled = drained.filter((_, i) => left[i] === 0);
    for (const { key, record } of settled) if (record !== null && record.revokedAt === null) live.set(key, record);
    open = drained.filter((_, i) => left[i] !== 0).map(({ key }) => key);
  }
  return live;
}

/** Returns how many entries came meanwhile. */
async function settle({ key, record, lines }: Drained, redis: RedisCopy): Promise<number> {
  const hasEnded = record === null || record.revokedAt !== null;
  if (record !== null && hasEnded) await redis.writeTombstone(key, record.expiresAt);
  return redis.settle(key, lines[0] ?? '', lines.length, hasEnded ? null : record);
}

async function drain(tx: Tx, keys: readonly string[], redis: RedisCopy, postgres: PostgresStore): Promise<Drained[]> {
  const rows = await lockRows(tx, keys, postgres.codec);
  // Read under the lock: in an older list, entries that another replica drained would look new.
  const pending = await pendingOf(keys, redis, postgres);
  const created = keys.filter((key) => !rows.has(key)).flatMap((key) => creationIn(pending.get(key)!));
  if (created.length > 0) {
    for (const record of created) await insertRow(tx, record, postgres.codec);
    const more = created.map(({ key }) => key);
    for (const [key, row] of await lockRows(tx, more, postgres.codec)) rows.set(key, row);
    for (const [key, entries] of await pendingOf(more, redis, postgres)) pending.set(key, entries);
  }
  const records = await bring(tx, rows, pending, postgres);
  return keys.map((key) => ({ key, record: records.get(key) ?? null, lines: pending.get(key)!.lines }));
}

async function pendingOf(keys: readonly string[], redis: RedisCopy, postgres: PostgresStore): Promise<Map<string, Pending>> {
  const read = async (key: string): Promise<[string, Pending]> => {
    const [lines, leftMs] = await Promise.all([redis.pending(key), redis.leftMs(key)]);
    return [key, { lines, leftMs, entries: lines.map((line) => decodeEntry(line, key, postgres.codec)) }];
  };
  return new Map(await Promise.all(keys.map(read)));
}

const creationIn = ({ entries }: Pending) => entries.flatMap(({ created }) => created ?? []).slice(0, 1);
const revocationIn = ({ entries }: Pending) => entries.find((entry) => entry.revoked !== undefined)?.revoked;

/** Brings the entries to the locked rows. Returns the records by key. */
async function bring(
  tx: Tx,
  rows: ReadonlyMap<string, LockedRow>,
  pending: ReadonlyMap<string, Pending>,
  postgres: PostgresStore,
): Promise<Map<string, SessionRecord>> {
  const records = new Map([...rows].map(([key, { record }]) => [key, record]));
  const unrevoked = [...rows.values()].filter(({ record }) => record.revokedAt === null);
  const [ending, staying] = [true, false].map((ends) =>
    unrevoked.filter(({ record }) => (revocationIn(pending.get(record.key)!) !== undefined) === ends),
  ) as [LockedRow[], LockedRow[]];
  for (const record of await store(tx, staying, pending, postgres)) records.set(record.key, record);
  // Events come last: rows first, then the lock that orders events.
  for (const { record } of ending) {
    await revokeRow(tx, record, revocationIn(pending.get(record.key)!)!);
    records.set(record.key, { ...record, revokedAt: Date.now() });
  }
  return records;
}

async function store(
  tx: Tx,
  rows: readonly LockedRow[],
  pending: ReadonlyMap<string, Pending>,
  postgres: PostgresStore,
): Promise<SessionRecord[]> {
  // Redis knows when a session was last used. If it expired there, the drain gives it no new idle time.
  const left = rows.flatMap(({ record: { key } }) => {
    const { leftMs } = pending.get(key)!;
    return leftMs === null ? [] : [[key, leftMs] as const];
  });
  const seenAt = await useRows(tx, new Map(left), postgres.options.touchSeconds);
  const nexts = rows.map((row) => {
    const record = { ...row.record, lastSeenAt: seenAt.get(row.record.key) ?? row.record.lastSeenAt };
    const { entries } = pending.get(record.key)!;
    const last = entries.at(-1);
    const next = last === undefined ? record : merged(record, unseen(entries, row.drainedTo, row.recentChanges), entries);
    return { record, next, last };
  });
  const changed = nexts.filter(({ record, next }) => next !== record);
  await storeRows(
    tx,
    changed.map(({ next }) => next),
    changed.map(({ last }) => markOf(last!)),
    postgres.codec,
  );
  return nexts.map(({ next }) => next);
}
