import { randomBytes } from 'node:crypto';
import { endsAt } from '../../model/policy.ts';
import type { SessionRecord } from '../../model/record.ts';
import { countOperation } from '../operations.ts';
import { ALL_TAGS } from './layout.ts';
import { isOutOfMemory } from './redis-link.ts';
import { RedisRecords } from './redis-records.ts';
import { DIRTY, DROP, FILL, PUT, SETTLE, TOMB, TOUCH_DIRTY, type PutResult } from './scripts.ts';

/** How long a reader may take to fetch a missing record from Postgres. */
const LEASE_MS = 3000;

/**
 * The copy of Postgres in Redis. `put`, `fill` and `writeTombstone` follow a commit in Postgres; `create`, `change`,
 * `revoke` and `touchDirty` write to Redis first, with an entry for Postgres, while Postgres is unavailable.
 */
export class RedisCopy extends RedisRecords {
  /** Stores what Postgres has committed, unless Redis holds a newer version or a tombstone. */
  put(record: SessionRecord, mode: 'create' | 'save'): Promise<PutResult> {
    const value = this.encode(record);
    this.keep(record, value);
    const args = [record.version, value, this.idleMs(record), record.expiresAt, mode];
    return this.run<PutResult>(PUT, record.key, args).catch((error: unknown) =>
      this.dropIfFull(error, record.key, record.version),
    );
  }

  /** Taken before Postgres is read; null if another reader holds it. */
  async lease(key: string): Promise<string | null> {
    const token = randomBytes(6).toString('base64url');
    countOperation('redis lease');
    const taken = await this.ask((redis) =>
      redis.set(this.keys(key).lease, token, { condition: 'NX', expiration: { type: 'PX', value: LEASE_MS } }),
    );
    return taken === null ? null : token;
  }

  /** Stores a record that was read from Postgres, if the session has not changed since the lease was taken. */
  async fill(record: SessionRecord, token: string): Promise<boolean> {
    return (await this.run<number>(FILL, record.key, [token, this.encode(record), endsAt(record, this.options)])) === 1;
  }

  async writeTombstone(key: string, expiresAt: number): Promise<void> {
    await this.run(TOMB, key, [expiresAt]).catch((error: unknown) => this.dropIfFull(error, key, Number.MAX_SAFE_INTEGER));
  }

  /** A touch that Postgres has to learn of later. */
  async touchDirty(record: SessionRecord): Promise<boolean> {
    return (await this.run<number>(TOUCH_DIRTY, record.key, [this.idleMs(record), record.expiresAt, record.key])) === 1;
  }

  /** Deletes the copy if it is older than this version. False: it has entries that Postgres does not have yet. */
  async drop(key: string, olderThanVersion: number): Promise<boolean> {
    return (await this.run<number>(DROP, key, [olderThanVersion])) === 1;
  }

  /** The entries that Postgres does not have yet, oldest first. */
  pending(key: string): Promise<string[]> {
    countOperation('redis pending');
    return this.ask((redis) => redis.lRange(this.keys(key).pending, 0, -1));
  }

  /** How long the session lives if it is not used again, by Redis's clock; null if Redis does not hold it. */
  async leftMs(key: string): Promise<number | null> {
    const ms = await this.ask((redis) => redis.pTTL(this.keys(key).session));
    return ms < 0 ? null : ms;
  }

  /** Postgres has the first `count` entries now. Returns how many are left; if none, stores the record. */
  settle(key: string, first: string, count: number, record: SessionRecord | null): Promise<number> {
    const state = record === null ? ['', 0] : [this.encode(record), endsAt(record, this.options)];
    return this.run<number>(SETTLE, key, [first, count, key, ...state]);
  }

  /** Keys of dirty sessions, up to `limit` of each set, or of all sets together where one script may read them all. */
  async dirtyKeys(limit: number, isCluster: boolean): Promise<string[]> {
    const { keys, generation } = this.options;
    const sets = ALL_TAGS.map((tag) => keys.dirty(tag, generation()));
    const batches = isCluster ? sets.map((set) => [set]) : [sets];
    const found = await Promise.all(batches.map((some) => this.ask((redis) => DIRTY.run<string[]>(redis, some, [limit]))));
    return found.flat();
  }

  /** A Redis without free memory refuses to store, but not to delete: reads then go to Postgres. */
  private async dropIfFull(error: unknown, key: string, version: number): Promise<PutResult> {
    if (!isOutOfMemory(error)) throw error;
    return (await this.drop(key, version)) ? 'absent' : 'dirty';
  }
}
