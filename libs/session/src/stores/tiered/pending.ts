import { applyDelta, type Delta } from '../../model/change.ts';
import type { Codec } from '../../model/codec.ts';
import type { SessionRecord } from '../../model/record.ts';

/** One change in Redis that Postgres has to get later. Encoded like attributes, because it holds the same data. */
export interface PendingEntry {
  /** Id of the write: if Postgres has it after all (its response was lost), it is not applied again. */
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

/** Entries that are new to Postgres: those after the last drained one, without writes that Postgres has after all. */
export function unseen(entries: readonly PendingEntry[], drainedTo: string | null, recentChanges: string): PendingEntry[] {
  const seen = new Set(recentChanges.split(' '));
  const drained = entries.findLastIndex((entry) => markOf(entry) === drainedTo);
  return entries.slice(drained + 1).filter((entry) => !seen.has(entry.id));
}

/** Entries of saves that were folded into one write share its id; with the version it is unique. */
export function markOf(entry: PendingEntry): string {
  return `${entry.id}.${entry.version}`;
}

/** The record with its new entries, under a version that is higher than those of the row and of Redis. */
export function merged(record: SessionRecord, fresh: readonly PendingEntry[], all: readonly PendingEntry[]): SessionRecord {
  const changed = fresh.reduce((next, { delta }) => (delta === undefined ? next : applyDelta(next, delta)), record);
  const newest = Math.max(record.version, ...all.map((entry) => entry.version));
  return changed === record && newest === record.version ? record : { ...changed, version: newest + 1 };
}
