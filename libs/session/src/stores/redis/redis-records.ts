import { Batcher } from '../../kit/batcher.ts';
import { StoreClock } from '../../kit/store-clock.ts';
import { applyChange, type Change } from '../../model/change.ts';
import type { Codec } from '../../model/codec.ts';
import { RemovedKeyError, StoreUnavailableError } from '../../model/errors.ts';
import type { SessionRecord } from '../../model/record.ts';
import { countOperation } from '../operations.ts';
import { decodeValue, encodeValue, type RedisKeys, TOMBSTONE } from './layout.ts';
import { RecordCache, type Ticket } from './record-cache.ts';
import type { Ask } from './redis-link.ts';
import { CREATE, NOW, REVOKE, SAVE, TOUCH, type Script } from './scripts.ts';

export interface RedisRecordsOptions {
  readonly keys: RedisKeys;
  readonly touchSeconds: number;
  /** Part of every key: values of another generation are invisible. */
  readonly generation: () => number;
  /** Whether values include the device. A copy leaves it to Postgres, to save memory. */
  readonly withDevice: boolean;
  /** How long a record may be used without a request to Redis, in milliseconds; 0: every read asks Redis. */
  readonly nearMs?: number;
}

/**
 * What Redis holds for a key: the record, the tombstone of a revoked session, nothing, a value whose encryption key was removed, or
 * one that does not decode.
 */
export type Stored = SessionRecord | 'tombstone' | 'absent' | 'removed key' | 'unreadable';

/** How a change is stored. */
export interface ChangeMode {
  /** What one change adds to the version. */
  readonly step: number;
  /** The pending entry of the change, see below. */
  readonly entry: (before: SessionRecord, after: SessionRecord) => string;
}

const CONFLICT_ROUNDS = 200;
/** No caller waits for a touch, so touches are collected for this long. */
const TOUCHES_MS = 50;
const PLAIN: ChangeMode = { step: 1, entry: () => '' };

/**
 * Sessions in Redis, one string each, written by small scripts. A write may carry an `entry`: a line that Postgres has to
 * get later, stored in the same step; '' for none.
 */
export class RedisRecords {
  private readonly cache: RecordCache;
  private readonly clock = new StoreClock(() => this.now());
  private readonly reads = new Batcher<string, Stored>((keys) => this.readAll(keys));
  private readonly touches = new Batcher<SessionRecord, boolean>((records) => this.touchAll(records), { collectMs: TOUCHES_MS });

  constructor(
    readonly ask: Ask,
    private readonly codec: Codec,
    readonly options: RedisRecordsOptions,
  ) {
    this.cache = new RecordCache({ records: 10_000, bytes: 64 * 1024 * 1024, nearMs: options.nearMs ?? 0 });
  }

  read(key: string): Promise<Stored> {
    countOperation('redis get');
    const ticket = this.cache.expect(key);
    return ticket === null ? this.reads.add(key) : this.readFresh(key, ticket);
  }

  /** For a reader that has nothing else to ask: waits for `deadlineMs`. */
  async readLate(key: string, deadlineMs: number): Promise<Stored> {
    countOperation('redis get');
    const name = this.options.keys.session(key, this.options.generation());
    return this.decode(key, await this.ask((redis) => redis.get(name), deadlineMs));
  }

  /** The near cache: a record that Redis returned a moment ago and that has not been reported as changed since. */
  near(key: string): SessionRecord | undefined {
    return this.cache.fresh(key, performance.now());
  }

  /** One session changed elsewhere; null: any may have. */
  invalidate(key: string | null): void {
    if (key === null) this.cache.invalidateAll();
    else this.cache.invalidate(key);
  }

  /** Redis's clock, in epoch milliseconds. */
  now(): Promise<number> {
    return this.ask((redis) => NOW.run<number>(redis, [this.options.keys.generation], []));
  }

  /** False: the key is in use. */
  async create(record: SessionRecord, entry = ''): Promise<boolean> {
    const args = [this.encode(record), this.idleMs(record), record.expiresAt, entry, record.key];
    return (await this.run<number>(CREATE, record.key, args)) === 1;
  }

  /** Compare-and-set on the version, repeated on a conflict. */
  async change(key: string, change: Change, base?: SessionRecord, { step, entry } = PLAIN): Promise<Stored> {
    let before: Stored = base ?? (await this.read(key));
    // Of the times in a record, only those of a renewal decide anything.
    const now = await (change.kind === 'renew' ? this.now() : this.clock.now());
    for (let round = 0; round < CONFLICT_ROUNDS; round++) {
      if (typeof before === 'string') return before;
      const changed = applyChange(before, change, now);
      if (changed === before) return before;
      const after = { ...changed, version: before.version + step };
      const args = [before.version, this.encode(after), this.idleMs(after), after.expiresAt, entry(before, after), key];
      const result = await this.run<'stored' | 'conflict' | 'tombstone' | 'absent'>(SAVE, key, args);
      if (result === 'stored') return { ...after, readFrom: 'redis' };
      if (result !== 'conflict') return result;
      before = await this.read(key);
    }
    throw new StoreUnavailableError('redis', 'Too many concurrent changes of one session.');
  }

  /** Touches of many sessions travel as one script. */
  touch(record: SessionRecord): Promise<boolean> {
    return this.touches.add(record);
  }

  revoke(record: SessionRecord, entry = ''): Promise<'revoked' | 'tombstone' | 'absent'> {
    return this.run(REVOKE, record.key, [record.expiresAt, entry, record.key]);
  }

  protected async run<T>(script: Script, key: string, args: (string | number)[]): Promise<T> {
    this.cache.invalidate(key);
    const { session, lease, pending, dirty } = this.keys(key);
    return this.ask((redis) => script.run<T>(redis, [session, lease, pending, dirty], args));
  }

  protected encode(record: SessionRecord): string {
    return encodeValue(record, this.codec, this.options.withDevice);
  }

  /** A value of this replica's own need not be parsed later. It is only used if Redis returns exactly this value. */
  protected keep(record: SessionRecord, value: string): void {
    this.cache.set(record.key, value, { ...record, readFrom: 'redis' });
  }

  protected idleMs(record: SessionRecord): number {
    return (record.idleSeconds + this.options.touchSeconds) * 1000;
  }

  protected keys(key: string) {
    return this.options.keys.of(key, this.options.generation());
  }

  private async readFresh(key: string, ticket: Ticket): Promise<Stored> {
    const sentAt = performance.now();
    try {
      const stored = await this.reads.add(key);
      if (typeof stored === 'object') this.cache.arrived(key, ticket, sentAt);
      return stored;
    } finally {
      this.cache.forgetTicket(key, ticket);
    }
  }

  private async readAll(keys: string[]): Promise<Stored[]> {
    const generation = this.options.generation();
    const values = await this.ask((redis) => redis.getMany(keys.map((key) => this.options.keys.session(key, generation))));
    return values.map((value, i) => this.decode(keys[i]!, value));
  }

  private decode(key: string, value: string | null): Stored {
    if (value === null) return 'absent';
    if (value === TOMBSTONE) return 'tombstone';
    const known = this.cache.get(key, value);
    if (known !== undefined) return known;
    try {
      const record = decodeValue(value, key, this.codec);
      this.cache.offer(key, value, record);
      return record;
    } catch (error) {
      return error instanceof RemovedKeyError ? 'removed key' : 'unreadable';
    }
  }

  private touchAll(records: SessionRecord[]): Promise<boolean[]> {
    const generation = this.options.generation();
    return this.ask(async (redis) => {
      const extend = (some: SessionRecord[]) =>
        TOUCH.run<number[]>(
          redis,
          some.map(({ key }) => this.options.keys.session(key, generation)),
          some.flatMap((record) => [this.idleMs(record), record.expiresAt]),
        );
      // On a cluster, a script may only use keys of one slot.
      const results = redis.isCluster
        ? (await Promise.all(records.map((record) => extend([record])))).flat()
        : await extend(records);
      return results.map((touched) => touched === 1);
    });
  }
}
