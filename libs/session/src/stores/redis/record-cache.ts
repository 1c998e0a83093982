import { Doorkeeper } from '../../kit/doorkeeper.ts';
import { TwoGenerationCache } from '../../kit/two-generation-cache.ts';
import type { SessionRecord } from '../../model/record.ts';

export interface RecordCacheOptions {
  readonly records: number;
  readonly bytes: number;
  /** How long a record may be used without a request to Redis, in milliseconds; 0: never (the near cache is off). */
  readonly nearMs: number;
}

interface Entry {
  readonly value: string;
  readonly record: SessionRecord;
  /** The same record, marked as read from the near cache. */
  near: SessionRecord | undefined;
  freshUntil: number;
}

/** One read in progress. A change of the session in the meantime invalidates its result. */
export interface Ticket {
  invalidated: boolean;
}

/**
 * Parsed records. Redis is read on every request, but a value equal to the last one of its key is not parsed again. With
 * the near cache on, a record that is fresh enough is used without a request to Redis.
 */
export class RecordCache {
  private readonly door = new Doorkeeper();
  private readonly entries: TwoGenerationCache<Entry>;
  private readonly reading = new Map<string, Set<Ticket>>();

  constructor(private readonly options: RecordCacheOptions) {
    this.entries = new TwoGenerationCache({ entries: options.records, bytes: options.bytes, weightOf });
  }

  /** The record that was parsed from exactly this value. */
  get(key: string, value: string): SessionRecord | undefined {
    const entry = this.entries.get(key);
    return entry?.value === value ? entry.record : undefined;
  }

  /** Keeps a record that is read repeatedly; with the near cache on, at the first read, because the next one must find it. */
  offer(key: string, value: string, record: SessionRecord): void {
    if (this.options.nearMs > 0 || this.door.knows(key)) this.set(key, value, record);
  }

  set(key: string, value: string, record: SessionRecord): void {
    this.entries.set(key, { value, record, near: undefined, freshUntil: 0 });
  }

  /** A record that was read from Redis at most `nearMs` ago. `now` is performance.now(). */
  fresh(key: string, now: number): SessionRecord | undefined {
    if (this.options.nearMs === 0) return undefined;
    const entry = this.entries.get(key);
    if (entry === undefined || entry.freshUntil <= now) return undefined;
    return (entry.near ??= { ...entry.record, readFrom: 'near' });
  }

  /** Begins a read whose result may be fresh. Null while the near cache is off. */
  expect(key: string): Ticket | null {
    if (this.options.nearMs === 0) return null;
    const ticket = { invalidated: false };
    const tickets = this.reading.get(key) ?? new Set();
    this.reading.set(key, tickets.add(ticket));
    return ticket;
  }

  /** Ends a read. The age counts from `sentAt`, when the request was sent: the response may be as old as that. */
  arrived(key: string, ticket: Ticket, sentAt: number): void {
    this.forgetTicket(key, ticket);
    const entry = this.entries.peek(key);
    if (entry !== undefined && !ticket.invalidated) entry.freshUntil = sentAt + this.options.nearMs;
  }

  /** The session changed, here or elsewhere: the next read asks Redis. */
  invalidate(key: string): void {
    for (const ticket of this.reading.get(key) ?? []) ticket.invalidated = true;
    const entry = this.entries.peek(key);
    if (entry !== undefined) entry.freshUntil = 0;
  }

  /** Changes may have been missed: every next read asks Redis. */
  invalidateAll(): void {
    for (const tickets of this.reading.values()) for (const ticket of tickets) ticket.invalidated = true;
    for (const entry of this.entries.values()) entry.freshUntil = 0;
  }

  forgetTicket(key: string, ticket: Ticket): void {
    const tickets = this.reading.get(key);
    tickets?.delete(ticket);
    if (tickets?.size === 0) this.reading.delete(key);
  }
}

/** The text, and about twice as much for the record that was parsed from it. */
function weightOf(entry: Entry): number {
  return entry.value.length * 3 + 500;
}
