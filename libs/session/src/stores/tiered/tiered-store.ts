import { randomBytes } from 'node:crypto';
import { checkSize, deltaOf, type Change, type Renewal } from '../../model/change.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import type { MergePatch } from '../../model/merge-patch.ts';
import { newRecord, userIdOf, type Attributes, type NewSession, type SessionRecord } from '../../model/record.ts';
import type { CreateOptions, FindOptions, RevokeAllOptions, SessionStore } from '../../model/store.ts';
import { eventOf, writeEvents } from '../postgres/events.ts';
import { markApplied } from '../postgres/feed.ts';
import type { PostgresStore, Revoked } from '../postgres/postgres-store.ts';
import { UncertainSaveError, type Saved } from '../postgres/save-queue.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import type { Copy, RedisSessionStore } from '../redis/redis-store.ts';
import { encodeEntry, type PendingEntry } from './pending.ts';
import { reconcile } from './reconcile.ts';
import { SingleFlight } from '../../kit/single-flight.ts';

/**
 * Postgres is the record, Redis the copy that is read. Either may be away: what could not be said to one of them is
 * written down in the other, in the same step as the change itself.
 */
export class TieredStore implements SessionStore {
  private readonly misses = new SingleFlight<SessionRecord | null>();

  constructor(
    readonly postgres: PostgresStore,
    readonly redis: RedisSessionStore,
    private readonly link: RedisLink,
  ) {}

  // --- read: (near cache,) Redis, and on a miss or an error Postgres ---

  find(key: string, options?: FindOptions): Promise<SessionRecord | null> {
    if (options?.newest === true) return this.findNewest(key);
    const near = this.redis.near(key);
    if (near !== undefined) return Promise.resolve(near);
    const since = performance.now();
    return this.copyOf(key).then((copy) => {
      if (copy === 'ended') return null;
      if (typeof copy === 'object') return copy;
      return this.misses.run(key, since, () => this.fetch(key, copy === 'absent'));
    });
  }

  /** Postgres knows every change but those made while it was away, and these have the higher version. */
  private async findNewest(key: string): Promise<SessionRecord | null> {
    const copy = await this.copyOf(key);
    if (copy === 'ended') return null;
    if (typeof copy === 'string') return this.postgres.find(key);
    const record = await this.postgres.find(key).catch(unavailable(null));
    return record !== null && record.version > copy.version ? record : copy;
  }

  /** What Redis says, or 'unknown' if it cannot be asked. */
  private copyOf(key: string): Promise<Copy | 'unknown'> {
    if (!this.link.trusted) return Promise.resolve('unknown');
    return this.redis.read(key).catch(unavailable('unknown' as const));
  }

  /** The lease is taken before Postgres is read, so that the fill cannot overtake a logout. */
  private async fetch(key: string, refill: boolean): Promise<SessionRecord | null> {
    const lease = refill ? await this.redis.lease(key).catch(unavailable(null)) : null;
    const record = await this.postgres.find(key);
    if (record !== null && lease !== null) await this.redis.fill(record, lease).catch(unavailable(false));
    return record;
  }

  // --- login and first visit ---

  async create(session: NewSession, options: CreateOptions = {}): Promise<SessionRecord> {
    const opened = await this.postgres.open(session, options).catch((error: unknown) => this.createAway(session, error));
    if (!('dropped' in opened)) return opened;
    // Redis holds nothing of a new session: if it cannot be told, the next read finds a miss and fills it.
    await this.redis.put(opened.record, 'create').catch(unavailable('absent' as const));
    await this.bury(opened.dropped);
    return opened.record;
  }

  /** Users live in Postgres, so a login needs it; an anonymous session does not. */
  private async createAway(session: NewSession, why: unknown): Promise<SessionRecord> {
    if (!(why instanceof StoreUnavailableError) || userIdOf(session.attributes) !== null) throw why;
    checkSize(session.attributes);
    const record = newRecord(session, Date.now(), 'redis');
    const entry = this.entry(record.key, { id: newChangeId(), version: record.version, created: record });
    await this.redis.createDirty(record, entry);
    return record;
  }

  // --- save: Postgres, then Redis ---

  save(key: string, patch: MergePatch, base?: SessionRecord): Promise<SessionRecord | null> {
    return this.change(key, { kind: 'patch', patch }, base);
  }

  update(key: string, change: (attributes: Attributes) => Attributes, base?: SessionRecord): Promise<SessionRecord | null> {
    return this.change(key, { kind: 'update', change }, base);
  }

  renew(key: string, renewal: Renewal, base?: SessionRecord): Promise<SessionRecord | null> {
    return this.change(key, { kind: 'renew', ...renewal }, base);
  }

  private async change(key: string, change: Change, base?: SessionRecord): Promise<SessionRecord | null> {
    try {
      const saved = (await this.postgres.write(key, change, base)) ?? (await this.secondLook(key, change));
      return saved === null ? null : await this.copyOut(saved);
    } catch (error) {
      if (!(error instanceof UncertainSaveError)) throw error;
      return this.changeAway(key, change, base, error.changeId);
    }
  }

  /** Postgres knows no such live session. Redis may know better: created, or used, while Postgres was away. */
  private async secondLook(key: string, change: Change): Promise<Saved | null> {
    if (typeof (await this.copyOf(key)) === 'string') return null;
    await reconcile(key, this.redis, this.postgres);
    return (await this.postgres.vouch(key)) === null ? null : this.postgres.write(key, change);
  }

  private async copyOut(saved: Saved): Promise<SessionRecord | null> {
    const { record, announced } = saved;
    try {
      const result = await this.redis.put(record, 'save');
      if (result === 'dirty') return await reconcile(record.key, this.redis, this.postgres);
      return result === 'ended' ? null : record;
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      // Redis holds the old version and other replicas may still read it: leave word for them before answering.
      if (!announced) await this.announce(record);
      return record;
    }
  }

  private async announce(record: SessionRecord): Promise<void> {
    await this.postgres.database.transaction((tx) => writeEvents(tx, [eventOf('changed', record, { unapplied: true })]));
  }

  /** Compare-and-set in Redis, with a line for Postgres in the same step. */
  private async changeAway(
    key: string,
    change: Change,
    base: SessionRecord | undefined,
    id: string,
  ): Promise<SessionRecord | null> {
    const result = await this.redis.changeDirty(key, change, base, (before, after) =>
      this.entry(key, { id, version: after.version, delta: deltaOf(before, after, change) }),
    );
    if (result === 'absent') throw new StoreUnavailableError('sessions', 'Redis does not know the session and Postgres is away.');
    return result === 'ended' ? null : result;
  }

  // --- touch ---

  async touch(record: SessionRecord): Promise<boolean> {
    const away = !this.postgres.database.ready;
    const inRedis = this.link.trusted ? await this.redis.extend(record, away).catch(unavailable(null)) : null;
    const inPostgres = await this.postgres.touch(record).catch(unavailable(null));
    // Postgres went away in between: it has to learn of this use later.
    if (inRedis === true && inPostgres === null && !away) await this.redis.extend(record, true).catch(unavailable(null));
    if (inRedis === null && inPostgres === null)
      throw new StoreUnavailableError('sessions', 'No store could be told that the session was used.');
    return inPostgres ?? inRedis ?? false;
  }

  // --- revoke: Postgres with an event, then tombstones ---

  async revoke(key: string, reason: string, base?: SessionRecord): Promise<boolean> {
    try {
      let ended = await this.postgres.end([key], reason);
      if (ended.records.length === 0) {
        const copy = await this.copyOf(key);
        if (typeof copy === 'string') return false;
        // Created in Redis while Postgres was away, and not there yet. If it never gets there, the copy ends here.
        await reconcile(key, this.redis, this.postgres);
        ended = await this.postgres.end([key], reason);
        if (ended.records.length === 0) await this.redis.bury(key, copy.expiresAt);
      }
      await this.bury(ended);
      return ended.records.length > 0;
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      return this.revokeAway(key, reason, base);
    }
  }

  private async revokeAway(key: string, reason: string, base?: SessionRecord): Promise<boolean> {
    const record = base ?? (await this.redis.read(key));
    if (record === 'ended') return false;
    if (record === 'absent') throw new StoreUnavailableError('sessions', 'Redis does not know the session and Postgres is away.');
    const entry = this.entry(key, { id: newChangeId(), version: record.version, revoked: reason });
    const result = await this.redis.revokeDirty(record, entry);
    if (result === -1) throw new StoreUnavailableError('sessions', 'Redis does not know the session and Postgres is away.');
    return result === 1;
  }

  async revokeAll(userId: string, options: RevokeAllOptions = {}): Promise<number> {
    const ended = await this.postgres.endAll(userId, options);
    await this.bury(ended);
    return ended.records.length;
  }

  /** If a tombstone cannot be set here, its event stays on the to-do list, and any replica that reaches Redis does it. */
  private async bury({ records, eventIds }: Revoked): Promise<void> {
    if (records.length === 0 || !this.link.trusted) return;
    try {
      await Promise.all(records.map((record) => this.redis.bury(record.key, record.expiresAt)));
      void markApplied(this.postgres.database, eventIds).catch(() => undefined);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
    }
  }

  listByUser(userId: string): Promise<SessionRecord[]> {
    return this.postgres.listByUser(userId);
  }

  private entry(key: string, entry: PendingEntry): string {
    return encodeEntry(entry, key, this.postgres.codec);
  }
}

function newChangeId(): string {
  return randomBytes(5).toString('base64url');
}

/** A handler that turns "could not be asked" into a value, and lets every other error pass. */
function unavailable<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof StoreUnavailableError) return value;
    throw error;
  };
}
