import { randomBytes } from 'node:crypto';
import { AWAY_STEP, applyChange, checkSize, type Change, type Renewal } from '../../model/change.ts';
import type { Codec } from '../../model/codec.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import type { MergePatch } from '../../model/merge-patch.ts';
import { endsAt } from '../../model/policy.ts';
import { newRecord, userIdOf, type Attributes, type NewSession, type SessionRecord } from '../../model/record.ts';
import type { RevokeAllOptions, SessionStore } from '../../model/store.ts';
import { Batcher } from '../../kit/batcher.ts';
import { countOperation } from '../operations.ts';
import type { Connection } from './client.ts';
import { PREFIX, keysOf, sessionKey } from './keys.ts';
import { isOutOfMemory, type Ask } from './redis-link.ts';
import {
  CREATE_DIRTY,
  DROP,
  FILL,
  PUT,
  REVOKE,
  REVOKE_DIRTY,
  SAVE_DIRTY,
  SETTLE,
  TOUCH,
  TOUCH_DIRTY,
  type PutResult,
} from './scripts.ts';
import { RecordCache, type Ticket } from './record-cache.ts';
import { TOMBSTONE, decodeValue, encodeValue } from './value.ts';

export interface RedisStoreOptions {
  readonly touchSeconds: number;
  /** Part of every key; another generation sees nothing of this one. */
  readonly generation: () => number;
  /** False: Redis is a copy of Postgres. True: Redis is all there is, so no pending changes are kept. */
  readonly alone: boolean;
  /** How long a record may be used without asking Redis, in milliseconds; 0: Redis is asked every time. */
  readonly nearMs?: number;
}

/** A Redis answer to "is there such a session": the record, the tombstone of one that ended, or nothing. */
export type Copy = SessionRecord | 'ended' | 'absent';

/** How long a reader may take to fetch a missing record from Postgres. */
const LEASE_MS = 3000;
const CONFLICT_ROUNDS = 200;
/** Nobody waits for a touch: they are collected this long and travel together. */
const TOUCHES_MS = 50;

/** Sessions in Redis: the copy that is read, or (alone) the only store. One string per session, written by small scripts. */
export class RedisSessionStore implements SessionStore {
  private readonly parsed: RecordCache;

  constructor(
    readonly ask: Ask,
    private readonly codec: Codec,
    readonly options: RedisStoreOptions,
    private readonly connection: () => Connection | undefined = () => undefined,
  ) {
    this.parsed = new RecordCache({ records: 10_000, bytes: 64 * 1024 * 1024, nearMs: options.nearMs ?? 0 });
  }

  private readonly reads = new Batcher<string, Copy>((keys) => this.readAll(keys));
  private readonly touches = new Batcher<SessionRecord, boolean>((records) => this.extendAll(records), { collectMs: TOUCHES_MS });

  // --- the contract, for Redis alone ---

  async create(session: NewSession): Promise<SessionRecord> {
    checkSize(session.attributes);
    const record = newRecord(session, Date.now(), 'redis');
    await this.createDirty(record, '');
    return record;
  }

  async find(key: string): Promise<SessionRecord | null> {
    const found = await this.read(key);
    return typeof found === 'string' ? null : found;
  }

  save(key: string, patch: MergePatch, base?: SessionRecord): Promise<SessionRecord | null> {
    return this.change(key, { kind: 'patch', patch }, base);
  }

  update(key: string, change: (attributes: Attributes) => Attributes, base?: SessionRecord): Promise<SessionRecord | null> {
    return this.change(key, { kind: 'update', change }, base);
  }

  renew(key: string, renewal: Renewal, base?: SessionRecord): Promise<SessionRecord | null> {
    return this.change(key, { kind: 'renew', ...renewal }, base);
  }

  touch(record: SessionRecord): Promise<boolean> {
    return this.extend(record, false);
  }

  async revoke(key: string, _reason: string, base?: SessionRecord): Promise<boolean> {
    const record = base ?? (await this.find(key));
    return record !== null && (await this.revokeDirty(record, '')) === 1;
  }

  async revokeAll(userId: string, options: RevokeAllOptions = {}): Promise<number> {
    const sessions = (await this.listByUser(userId)).filter(({ key }) => key !== options.exceptKey);
    await Promise.all(sessions.map((record) => this.revokeDirty(record, '')));
    return sessions.length;
  }

  /** Redis has no index of users: this looks at every session. Postgres is for that. */
  async listByUser(userId: string): Promise<SessionRecord[]> {
    const found: SessionRecord[] = [];
    for (const key of await this.allKeys()) {
      const record = await this.find(key);
      if (record !== null && userIdOf(record.attributes) === userId) found.push(record);
    }
    return found.sort((a, b) => b.createdAt - a.createdAt);
  }

  // --- what the composite is made of ---

  read(key: string): Promise<Copy> {
    countOperation('redis get');
    const ticket = this.parsed.expect(key);
    return ticket === null ? this.reads.add(key) : this.readFresh(key, ticket);
  }

  private async readFresh(key: string, ticket: Ticket): Promise<Copy> {
    const sentAt = performance.now();
    try {
      const copy = await this.reads.add(key);
      if (typeof copy === 'object') this.parsed.arrived(key, ticket, sentAt);
      return copy;
    } finally {
      this.parsed.forgetTicket(key, ticket);
    }
  }

  /** The near cache: a record that Redis answered a moment ago and of which no change was heard since. */
  near(key: string): SessionRecord | undefined {
    return this.parsed.fresh(key, performance.now());
  }

  /** A change was heard of: of one session, or null for any. */
  heard(key: string | null): void {
    if (key === null) this.parsed.invalidateAll();
    else this.parsed.invalidate(key);
  }

  private async readAll(keys: string[]): Promise<(Copy | Error)[]> {
    const generation = this.options.generation();
    const values = await this.ask((redis) => redis.getMany(keys.map((key) => sessionKey(key, generation))));
    return values.map((value, i) => this.copyIn(keys[i]!, value));
  }

  private copyIn(key: string, value: string | null): Copy | Error {
    if (value === null) return 'absent';
    return value === TOMBSTONE ? 'ended' : this.parse(key, value);
  }

  /** Stores what Postgres has committed, unless Redis holds something newer or a tombstone. */
  put(record: SessionRecord, mode: 'create' | 'save'): Promise<PutResult> {
    const value = this.encode(record);
    // What this replica wrote it need not parse. A value that Redis does not answer is never used.
    this.parsed.set(record.key, value, { ...record, readFrom: 'redis' });
    const args = [record.version, value, this.idleMs(record), record.expiresAt, mode];
    return this.run<PutResult>(PUT, record.key, args).catch((error: unknown) => this.dropWhenFull(error, record));
  }

  /** Taken before Postgres is read; null if somebody else is at it. */
  async lease(key: string): Promise<string | null> {
    const token = randomBytes(6).toString('base64url');
    countOperation('redis lease');
    const taken = await this.ask((redis) =>
      redis.set(this.keys(key).lease, token, { condition: 'NX', expiration: { type: 'PX', value: LEASE_MS } }),
    );
    return taken === null ? null : token;
  }

  /** Stores what was read from Postgres, if nothing happened to the session since the lease was taken. */
  async fill(record: SessionRecord, token: string): Promise<boolean> {
    return (await this.run<number>(FILL, record.key, [token, this.encode(record), endsAt(record, this.options)])) === 1;
  }

  async bury(key: string, expiresAt: number): Promise<void> {
    await this.run(REVOKE, key, [expiresAt]).catch((error: unknown) =>
      this.dropWhenFull(error, { key, version: Number.MAX_SAFE_INTEGER }),
    );
  }

  /** `dirty`: Postgres is away and has to hear of this use later. */
  async extend(record: SessionRecord, dirty: boolean): Promise<boolean> {
    if (!dirty) return this.touches.add(record);
    return (await this.run<number>(TOUCH_DIRTY, record.key, [this.idleMs(record), record.expiresAt, record.key])) === 1;
  }

  private extendAll(records: SessionRecord[]): Promise<boolean[]> {
    const generation = this.options.generation();
    return this.ask(async (redis) => {
      const extend = (some: SessionRecord[]) =>
        TOUCH.run<number[]>(
          redis,
          some.map(({ key }) => sessionKey(key, generation)),
          some.flatMap((record) => [this.idleMs(record), record.expiresAt]),
        );
      // On a cluster a script may touch the keys of one slot only.
      const answers = redis.isCluster
        ? (await Promise.all(records.map((record) => extend([record])))).flat()
        : await extend(records);
      return answers.map((touched) => touched === 1);
    });
  }

  /** False: changes are pending that Postgres does not have yet. */
  async drop(key: string, olderThanVersion: number): Promise<boolean> {
    return (await this.run<number>(DROP, key, [olderThanVersion])) === 1;
  }

  async createDirty(record: SessionRecord, entry: string): Promise<boolean> {
    const args = [this.encode(record), this.idleMs(record), record.expiresAt, entry, record.key];
    return (await this.run<number>(CREATE_DIRTY, record.key, args)) === 1;
  }

  /** 1 revoked, 0 had ended, -1 not in Redis. */
  revokeDirty(record: SessionRecord, entry: string): Promise<number> {
    return this.run<number>(REVOKE_DIRTY, record.key, [record.expiresAt, entry, record.key]);
  }

  /** Compare-and-set in Redis alone. `entry` makes the line that Postgres will get later. Null: ended; 'absent': not in Redis. */
  async changeDirty(
    key: string,
    change: Change,
    base: SessionRecord | undefined,
    entry: (before: SessionRecord, after: SessionRecord) => string,
  ): Promise<SessionRecord | 'ended' | 'absent'> {
    let before: Copy = base ?? (await this.read(key));
    for (let round = 0; round < CONFLICT_ROUNDS; round++) {
      if (typeof before === 'string') return before;
      const changed = applyChange(before, change, Date.now());
      if (changed === before) return before;
      const after = { ...changed, version: before.version + (this.options.alone ? 1 : AWAY_STEP) };
      const args = [before.version, this.encode(after), this.idleMs(after), after.expiresAt, entry(before, after), key];
      const result = await this.run<'stored' | 'conflict' | 'ended' | 'absent'>(SAVE_DIRTY, key, args);
      if (result === 'stored') return { ...after, readFrom: 'redis' };
      if (result !== 'conflict') return result;
      before = await this.read(key);
    }
    throw new StoreUnavailableError('redis', 'Too many changes of one session at once.');
  }

  pending(key: string): Promise<string[]> {
    countOperation('redis pending');
    return this.ask((redis) => redis.lRange(this.keys(key).pending, 0, -1));
  }

  /** How long the session will live if nobody uses it, by Redis's clock; null if Redis holds none. */
  async leftMs(key: string): Promise<number | null> {
    const ms = await this.ask((redis) => redis.pTTL(sessionKey(key, this.options.generation())));
    return ms < 0 ? null : ms;
  }

  /** Postgres has the first `count` pending entries now; returns how many are left. */
  settle(key: string, first: string, count: number, record: SessionRecord | null): Promise<number> {
    const state = record === null ? ['', 0] : [this.encode(record), endsAt(record, this.options)];
    return this.run<number>(SETTLE, key, [first, count, key, ...state]);
  }

  private async change(key: string, change: Change, base?: SessionRecord): Promise<SessionRecord | null> {
    const result = await this.changeDirty(key, change, base, () => '');
    return typeof result === 'string' ? null : result;
  }

  private async run<T>(
    script: { run<R>(redis: never, keys: string[], args: (string | number)[]): Promise<R> },
    key: string,
    args: (string | number)[],
  ): Promise<T> {
    this.parsed.invalidate(key);
    const { session, lease, pending, dirty } = this.keys(key);
    return this.ask((redis) => script.run<T>(redis as never, [session, lease, pending, dirty], args));
  }

  /** A full Redis refuses to store but still forgets: then Postgres answers instead. */
  private async dropWhenFull(error: unknown, record: { key: string; version: number }): Promise<PutResult> {
    if (!isOutOfMemory(error)) throw error;
    return (await this.drop(record.key, record.version)) ? 'absent' : 'dirty';
  }

  private parse(key: string, value: string): Copy | Error {
    const known = this.parsed.get(key, value);
    if (known !== undefined) return known;
    try {
      const record = decodeValue(value, key, this.codec);
      this.parsed.offer(key, value, record);
      return record;
    } catch (cause) {
      if (this.options.alone) return new StoreUnavailableError('redis', 'A stored session cannot be read.', { cause });
      return 'absent';
    }
  }

  private encode(record: SessionRecord): string {
    return encodeValue(record, this.codec, this.options.alone);
  }

  private idleMs(record: SessionRecord): number {
    return (record.idleSeconds + this.options.touchSeconds) * 1000;
  }

  private keys(key: string) {
    return keysOf(key, this.options.generation());
  }

  private async allKeys(): Promise<string[]> {
    const connection = this.connection();
    if (connection === undefined) throw new StoreUnavailableError('redis', 'Redis is away.');
    const keys: string[] = [];
    for await (const names of connection.scan(`${PREFIX}:{*}:${this.options.generation()}:*`)) {
      for (const name of names) if (/:[A-Za-z0-9_-]{43}$/.test(name)) keys.push(name.slice(-43));
    }
    return keys;
  }
}
