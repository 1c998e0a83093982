import { Batcher } from '../../kit/batcher.ts';
import { SingleFlight } from '../../kit/single-flight.ts';
import { idsOf, type Change } from '../../model/change.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import type { NewSession, SessionRecord } from '../../model/record.ts';
import type { RevocationReason } from '../../model/revocation.ts';
import type { CreateOptions, FindOptions, RevokeAllOptions, SessionStore } from '../../model/store.ts';
import { ChangingStore } from '../changing-store.ts';
import { markApplied } from '../postgres/feed.ts';
import type { PostgresStore, Revoked } from '../postgres/postgres-store.ts';
import { BehindError, UncertainSaveError, type Saved } from '../postgres/save-queue.ts';
import { POSTGRES_BEHIND } from '../postgres/standing.ts';
import type { RedisCopy } from '../redis/redis-copy.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import type { Stored } from '../redis/redis-records.ts';
import type { Beats } from './beats.ts';
import { OutageWrites } from './outage-writes.ts';
import { reconcile } from './reconcile.ts';

/**
 * Postgres holds the record, Redis the copy that is read. Either may be unavailable: what one of them misses is stored in
 * the other, in the same step as the change itself.
 */
export class TieredStore extends ChangingStore implements SessionStore {
  /**
   * Requests with a near hit continue together, at the end of the turn of the event loop: their responses then leave in fewer
   * system calls. Without it a read with the near cache takes about 1.4 times the CPU (npm run bench -- read).
   */
  private readonly hits = new Batcher<SessionRecord, SessionRecord>((records) => Promise.resolve(records));
  private readonly misses = new SingleFlight<SessionRecord | null>();
  private readonly outage: OutageWrites;

  constructor(
    readonly postgres: PostgresStore,
    readonly redis: RedisCopy,
    private readonly link: RedisLink,
    private readonly beats: Beats,
  ) {
    super();
    this.outage = new OutageWrites(redis, postgres.codec, beats);
  }

  // --- read: (near cache,) Redis, and on a miss or an error Postgres ---

  find(key: string, options?: FindOptions): Promise<SessionRecord | null> {
    if (options?.newest === true) return this.findNewest(key);
    const near = this.redis.near(key);
    if (near !== undefined) return this.hits.add(near);
    const since = performance.now();
    return this.copyOf(key).then((copy) => {
      if (copy === 'tombstone') return null;
      if (typeof copy === 'object') return copy;
      return this.misses.run(key, since, () => (copy === 'unknown' ? this.fetchAlone(key) : this.fetch(key)));
    });
  }

  /** Postgres's clock; while it is unavailable, Redis's. */
  async now(): Promise<number> {
    const inPostgres = await this.postgres.now().catch(unavailable(null));
    return inPostgres ?? this.redis.now();
  }

  /** Postgres has every id. Its row may lack attributes that changed while it was unavailable; the copy then has the higher version. */
  private async findNewest(key: string): Promise<SessionRecord | null> {
    const found = await this.find(key);
    if (found === null) return null;
    const record = await this.postgres.find(key);
    if (record === null) return found;
    return record.version >= found.version ? record : { ...found, ...idsOf(record) };
  }

  /** What Redis holds; 'unknown' while it is unavailable. */
  private copyOf(key: string): Promise<Stored | 'unknown'> {
    if (!this.link.trusted) return Promise.resolve('unknown');
    return this.redis.read(key).catch(unavailable('unknown' as const));
  }

  /** The lease is taken before Postgres is read, so that the fill cannot overtake a logout. */
  private async fetch(key: string): Promise<SessionRecord | null> {
    const lease = await this.redis.lease(key).catch(unavailable(null));
    const record = await this.postgres.find(key);
    if (record !== null && lease !== null) await this.redis.fill(record, lease).catch(unavailable(false));
    return record;
  }

  /** What Redis holds is unknown. If Postgres cannot tell either, a Redis that is merely slow may still respond. */
  private async fetchAlone(key: string): Promise<SessionRecord | null> {
    const sighting = await this.postgres.look(key).catch(unavailable(null));
    if (sighting?.isCaughtUp === true) return sighting.record;
    if (!this.link.trusted) throw new StoreUnavailableError('sessions', POSTGRES_BEHIND);
    const copy = await this.redis.readLate(key, this.postgres.database.options.deadlineMs);
    if (copy === 'tombstone') return null;
    if (typeof copy === 'object') return copy;
    return sighting === null ? this.postgres.find(key) : sighting.record;
  }

  listByUser(userId: string): Promise<SessionRecord[]> {
    return this.postgres.listByUser(userId);
  }

  // --- create ---

  async create(session: NewSession, options: CreateOptions = {}): Promise<SessionRecord> {
    const opened = await this.postgres.open(session, options).catch((error: unknown) => this.outage.create(session, error));
    if (!('dropped' in opened)) return opened;
    // Redis holds nothing of a new session: if this fails, the next read is a miss and fills it.
    await this.redis.put(opened.record, 'create').catch(unavailable('absent' as const));
    await this.writeTombstones(opened.dropped);
    return opened.record;
  }

  // --- change: Postgres, then Redis ---

  async change(key: string, change: Change, base?: SessionRecord): Promise<SessionRecord | null> {
    try {
      const saved = (await this.saveDrained(key, change, base)) ?? (await this.retryReconciled(key, change));
      return saved === null ? null : await this.copyOut(saved, change);
    } catch (error) {
      // Ids change in Postgres alone: one that only Redis knew, and lost, would be taken for a stolen one.
      if (!(error instanceof UncertainSaveError) || change.kind === 'renew') throw error;
      return this.outage.change(key, change, error.changeId, base);
    }
  }

  /** The entries of Redis are older than this change, so they must come to Postgres before it. */
  private async saveDrained(key: string, change: Change, base?: SessionRecord): Promise<Saved | null> {
    try {
      return await this.postgres.saves.add(key, change, base);
    } catch (error) {
      if (!(error instanceof BehindError)) throw error;
      await reconcile(key, this.redis, this.postgres);
      return this.postgres.saves.add(key, change);
    }
  }

  /** Postgres has no such live session, but Redis may: created or used while Postgres was unavailable. */
  private async retryReconciled(key: string, change: Change): Promise<Saved | null> {
    if ((await this.isLiveInRedis(key)) === null) return null;
    await reconcile(key, this.redis, this.postgres);
    return (await this.postgres.vouch(key)) === null ? null : this.postgres.saves.add(key, change);
  }

  private async copyOut({ record, announced }: Saved, change: Change): Promise<SessionRecord | null> {
    try {
      const result = await this.redis.put(record, 'save');
      if (result === 'dirty') return await this.saveOverEntries(record.key, change);
      return result === 'ended' ? null : record;
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      // Redis holds the old version and other replicas may still read it: announce the change before responding.
      this.beats.redisMissed = true;
      if (!announced) await this.postgres.announce(record);
      return record;
    }
  }

  /** The entries of Redis are older than this change, and come on top of it. A patch is made again; a function is not. */
  private async saveOverEntries(key: string, change: Change): Promise<SessionRecord | null> {
    const reconciled = await reconcile(key, this.redis, this.postgres);
    if (reconciled === null || change.kind !== 'patch') return reconciled;
    const saved = await this.postgres.saves.add(key, change);
    return saved === null ? null : this.copyOut(saved, change);
  }

  async touch(record: SessionRecord): Promise<boolean> {
    const isDown = !this.postgres.database.ready;
    const touchRedis = () => (isDown ? this.redis.touchDirty(record) : this.redis.touch(record));
    const inRedis = this.link.trusted ? await touchRedis().catch(unavailable(null)) : null;
    const inPostgres = await this.postgres.touch(record).catch(unavailable(null));
    // Postgres became unavailable in between: it has to learn of this use later.
    if (inRedis === true && inPostgres === null && !isDown) await this.redis.touchDirty(record).catch(unavailable(null));
    if (inRedis === true && inPostgres === null) this.beats.postgresMissed();
    if (inRedis === null && inPostgres === null)
      throw new StoreUnavailableError('sessions', 'Neither store is available to touch the session.');
    if (inPostgres === true && inRedis === false && (await this.copyOf(record.key)) === 'tombstone') return false;
    return inPostgres ?? inRedis ?? false;
  }

  // --- revoke: Postgres with an event, then tombstones ---

  async revoke(key: string, reason: RevocationReason, base?: SessionRecord): Promise<boolean> {
    try {
      const revoked = await this.postgres.revokeKeys([key], reason);
      if (revoked.records.length === 0) return await this.revokeReconciled(key, reason);
      await this.writeTombstones(revoked);
      return true;
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      return this.outage.revoke(key, reason, base);
    }
  }

  /** Postgres has no such live session. Cannot tell whether Redis has, if Redis does not respond and Postgres is behind. */
  private async isLiveInRedis(key: string): Promise<SessionRecord | null> {
    const copy = await this.copyOf(key);
    if (copy === 'unknown') return this.fetchAlone(key);
    return typeof copy === 'string' ? null : copy;
  }

  /** Postgres has no such live session, but Redis may. If it cannot be reconciled, only the copy is revoked. */
  private async revokeReconciled(key: string, reason: string): Promise<boolean> {
    const copy = await this.isLiveInRedis(key);
    if (copy === null) return false;
    await reconcile(key, this.redis, this.postgres);
    const revoked = await this.postgres.revokeKeys([key], reason);
    if (revoked.records.length === 0) await this.redis.writeTombstone(key, copy.expiresAt);
    await this.writeTombstones(revoked);
    return revoked.records.length > 0;
  }

  async revokeAll(userId: string, options: RevokeAllOptions = {}): Promise<number> {
    const revoked = await this.postgres.revokeUser(userId, options);
    await this.writeTombstones(revoked);
    return revoked.records.length;
  }

  /** If this fails, the events stay unapplied, and any replica that reaches Redis applies them. */
  private async writeTombstones({ records, eventIds }: Revoked): Promise<void> {
    if (records.length === 0) return;
    try {
      await Promise.all(records.map((record) => this.redis.writeTombstone(record.key, record.expiresAt)));
      void markApplied(this.postgres.database, eventIds).catch(() => undefined);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      this.beats.redisMissed = true;
    }
  }
}

/** A rejection handler that returns `value` if a store is unavailable, and rethrows every other error. */
function unavailable<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof StoreUnavailableError) return value;
    throw error;
  };
}
