import { Doorkeeper } from '../../model/doorkeeper.ts';
import type { SessionRecord } from '../../model/record.ts';

export interface RecordCacheOptions {
  readonly records: number;
  readonly bytes: number;
  /** How long a record may be used without asking Redis, in milliseconds; 0: never (the near cache is off). */
  readonly nearMs: number;
}

interface Entry {
  readonly value: string;
  readonly record: SessionRecord;
  /** The same record as an answer of the near cache. */
  near: SessionRecord | undefined;
  freshUntil: number;
}

/** Held while a value is on its way from Redis: a change that is heard meanwhile spoils it. */
export interface Ticket {
  spoiled: boolean;
}

/**
 * Parsed records. Redis is asked every time, but a value equal to the last one of that key is not parsed again; with
 * the near cache on, a record that is fresh enough is used without asking. Bounded by count and bytes, in two halves:
 * when the young one is full it becomes the old one, and what nobody asked for since is gone.
 */
export class RecordCache {
  private readonly door = new Doorkeeper();
  private young = new Map<string, Entry>();
  private old = new Map<string, Entry>();
  private youngBytes = 0;
  private readonly reading = new Map<string, Set<Ticket>>();

  constructor(private readonly options: RecordCacheOptions) {}

  /** The record of exactly this value. */
  get(key: string, value: string): SessionRecord | undefined {
    const entry = this.young.get(key) ?? this.promoted(key);
    return entry?.value === value ? entry.record : undefined;
  }

  /** Keeps what was read, if it was asked for before; with the near cache on, at once, because being there is its purpose. */
  offer(key: string, value: string, record: SessionRecord): void {
    if (this.options.nearMs > 0 || this.door.knows(key)) this.set(key, value, record);
  }

  set(key: string, value: string, record: SessionRecord): void {
    this.put(key, { value, record, near: undefined, freshUntil: 0 });
  }

  /** A record that Redis answered so recently that it need not be asked. `now` is performance.now(). */
  fresh(key: string, now: number): SessionRecord | undefined {
    if (this.options.nearMs === 0) return undefined;
    const entry = this.young.get(key) ?? this.promoted(key);
    if (entry === undefined || entry.freshUntil <= now) return undefined;
    return (entry.near ??= { ...entry.record, readFrom: 'near' });
  }

  /** Begins a read whose answer may be kept as fresh. Null while the near cache is off. */
  expect(key: string): Ticket | null {
    if (this.options.nearMs === 0) return null;
    const ticket = { spoiled: false };
    const tickets = this.reading.get(key) ?? new Set();
    this.reading.set(key, tickets.add(ticket));
    return ticket;
  }

  /** Ends a read; `sentAt` is when Redis was asked, because the answer may be as old as that. */
  arrived(key: string, ticket: Ticket, sentAt: number): void {
    this.forgetTicket(key, ticket);
    const entry = this.young.get(key);
    if (entry !== undefined && !ticket.spoiled) entry.freshUntil = sentAt + this.options.nearMs;
  }

  /** Something changed, here or elsewhere: the next read asks Redis. */
  stale(key: string): void {
    for (const ticket of this.reading.get(key) ?? []) ticket.spoiled = true;
    for (const entry of [this.young.get(key), this.old.get(key)]) if (entry !== undefined) entry.freshUntil = 0;
  }

  /** Changes may have been missed: everything is asked for again. */
  allStale(): void {
    for (const tickets of this.reading.values()) for (const ticket of tickets) ticket.spoiled = true;
    for (const half of [this.young, this.old]) for (const entry of half.values()) entry.freshUntil = 0;
  }

  forgetTicket(key: string, ticket: Ticket): void {
    const tickets = this.reading.get(key);
    tickets?.delete(ticket);
    if (tickets?.size === 0) this.reading.delete(key);
  }

  private promoted(key: string): Entry | undefined {
    const entry = this.old.get(key);
    if (entry !== undefined) this.put(key, entry);
    return entry;
  }

  private put(key: string, entry: Entry): void {
    if (this.young.size * 2 >= this.options.records || this.youngBytes * 2 >= this.options.bytes) {
      this.old = this.young;
      this.young = new Map();
      this.youngBytes = 0;
    }
    const before = this.young.get(key);
    this.youngBytes += weight(entry) - (before === undefined ? 0 : weight(before));
    this.young.set(key, entry);
  }
}

/** The text, and about twice as much for what was parsed from it. */
function weight(entry: Entry): number {
  return entry.value.length * 3 + 500;
}
