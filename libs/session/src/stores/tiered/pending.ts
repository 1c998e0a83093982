import { applyDelta, type Delta } from '../../model/change.ts';
import type { Codec } from '../../model/codec.ts';
import type { SessionRecord } from '../../model/record.ts';

/** A line of what Postgres has to get when it is back. Sealed like attributes, for it holds the same data. */
export interface PendingEntry {
  /** Id of the write: if Postgres has seen it (its answer was lost), it is not applied again. */
  readonly id: string;
  readonly version: number;
  readonly delta?: Delta;
  readonly created?: SessionRecord;
  readonly revoked?: string;
}

export function encodeEntry(entry: PendingEntry, key: string, codec: Codec): string {
  return codec.encode(entry, key);
}

export function decodeEntry(text: string, key: string, codec: Codec): PendingEntry {
  return codec.decode(text, key) as PendingEntry;
}

/** What is new to Postgres: nothing up to the entry that was drained last, and no write that it did itself after all. */
export function unseen(entries: readonly PendingEntry[], drainedTo: string | null, recentChanges: string): PendingEntry[] {
  const seen = new Set(recentChanges.split(' '));
  const drained = entries.findLastIndex((entry) => markOf(entry) === drainedTo);
  return entries.slice(drained + 1).filter((entry) => !seen.has(entry.id));
}

/** One write id may stand for several entries (saves that were folded into one write); with the version it names one. */
export function markOf(entry: PendingEntry): string {
  return `${entry.id}.${entry.version}`;
}

/** The record with what is new to it, under a version that is newer than the row's and than the one in Redis. */
export function merged(record: SessionRecord, fresh: readonly PendingEntry[], all: readonly PendingEntry[]): SessionRecord {
  const changed = fresh.reduce((next, { delta }) => (delta === undefined ? next : applyDelta(next, delta)), record);
  const newest = Math.max(record.version, ...all.map((entry) => entry.version));
  return changed === record && newest === record.version ? record : { ...changed, version: newest + 1 };
}
