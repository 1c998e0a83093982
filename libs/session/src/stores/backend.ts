import { codecOf } from '../model/codec.ts';
import { StoreUnavailableError } from '../model/errors.ts';
import type { SessionStore } from '../model/store.ts';
import { MemoryStore } from './memory/memory-store.ts';
import { Database } from './postgres/database.ts';
import { SessionFeed } from './postgres/feed.ts';
import { revokeEverybody } from './postgres/generation.ts';
import { LiveIds } from './postgres/live-ids.ts';
import { PostgresStore } from './postgres/postgres-store.ts';
import { sweep } from './postgres/sweep.ts';
import type { RedisAddress } from './redis/client.ts';
import { RedisKeys } from './redis/layout.ts';
import { RedisLink, type Ask } from './redis/redis-link.ts';
import { RedisSessionStore } from './redis/redis-session-store.ts';
import { StockStore } from './stock/stock-store.ts';
import { CacheReconciler } from './tiered/cache-reconciler.ts';
import { TieredStore } from './tiered/tiered-store.ts';

export type Strategy = 'tiered' | 'redis' | 'postgres' | 'memory';

export interface BackendOptions {
  /** Prefix of all Redis keys, and the application's name in Postgres. Default: 'baton'. */
  readonly name?: string;
  readonly strategy: Strategy;
  /** With strategy `redis`, `express-session` means plain connect-redis: a baseline to compare with. */
  readonly engine?: 'baton' | 'express-session';
  readonly databaseUrl: string | null;
  readonly redis: RedisAddress | null;
  readonly redisDeadlineMs: number;
  readonly postgresDeadlineMs: number;
  readonly touchSeconds: number;
  readonly maxPerUser: number;
  readonly limitPolicy: 'deny-new' | 'drop-oldest';
  readonly encryptionKeys: readonly string[];
  /** Believes values that no key seals, although there are keys. For a rollout only. */
  readonly encryptionMigration?: boolean;
  /** T: within how many milliseconds after its acknowledgement a revocation reaches every replica. */
  readonly revocationMs: number;
  /** How long a replica may use a record without a request to Redis, in milliseconds; 0: every read asks Redis. */
  readonly nearCacheMs: number;
  readonly entities?: readonly NewableFunction[];
}

export interface StoreStatus {
  /** Of the circuit breaker; closed means in use. Absent: not part of the strategy. */
  readonly state: 'closed' | 'open' | 'recovering' | 'absent';
  readonly since: number | null;
  readonly reason: string | null;
}

export interface StoresStatus {
  readonly strategy: Strategy;
  readonly redis: StoreStatus;
  readonly postgres: StoreStatus;
  /** The store that serves reads now. */
  readonly serving: 'redis' | 'postgres' | 'memory' | 'none';
  /** True: Postgres may lack changes that Redis acknowledged alone, and does not serve without Redis. */
  readonly isPostgresBehind: boolean;
  /** Cache generation; 0 without a copy in Redis. */
  readonly generation: number;
}

/** Redis for keys of the application's own. Prefix them with `<name>:<your prefix>:`. */
export interface RedisAccess {
  readonly ask: Ask;
}

const ABSENT: StoreStatus = { state: 'absent', since: null, reason: null };

/** The stores of one replica. What the strategy does not support does nothing here. */
export class Backend {
  readonly store: SessionStore;
  /** Ids of encryption keys that stored sessions need and `encryptionKeys` lacks, and UNSEALED. */
  readonly removedKeys = new Set<string>();
  /** Null without DATABASE_URL. */
  readonly database: Database | null;
  readonly feed: SessionFeed | null;
  private readonly link: RedisLink | null = null;
  private readonly stock: StockStore | null = null;
  /** Null unless Postgres holds the records. */
  private readonly postgres: PostgresStore | null = null;
  private readonly liveIds: LiveIds | null = null;
  /** Null unless Redis holds a copy of them. */
  private readonly reconciler: CacheReconciler | null = null;

  constructor(private readonly options: BackendOptions) {
    const { strategy, engine, redis, name = 'baton', databaseUrl: url, postgresDeadlineMs: deadlineMs, entities = [] } = options;
    this.database = url === null ? null : new Database({ url, deadlineMs, entities, applicationName: name });
    this.feed = this.database && new SessionFeed(this.database, options.revocationMs);
    const codec = codecOf(options.encryptionKeys, {
      name,
      removedKeys: this.removedKeys,
      migrating: options.encryptionMigration === true,
    });
    const keys = new RedisKeys(name);
    if (redis !== null && (strategy === 'tiered' || (strategy === 'redis' && engine !== 'express-session')))
      this.link = new RedisLink(redis, () => this.redisDeadlineMs());
    const { link, database, feed } = this;
    if (strategy === 'memory') {
      this.store = new MemoryStore(options, database);
    } else if (strategy === 'redis') {
      if (redis === null) throw new Error('SESSION_STRATEGY=redis needs REDIS_URL.');
      if (link === null) this.store = this.stock = new StockStore(redis.url, options, database);
      else this.store = new RedisSessionStore(link, codec, keys, options.touchSeconds, database);
    } else {
      if (database === null || feed === null) throw new Error(`SESSION_STRATEGY=${strategy} needs DATABASE_URL.`);
      this.store = this.postgres = new PostgresStore(database, codec, options, link);
      this.liveIds = new LiveIds(database, feed, options);
      if (link === null) return;
      this.reconciler = new CacheReconciler(this.postgres, feed, link, keys, options);
      this.store = new TieredStore(this.postgres, this.reconciler.copy, link, this.reconciler.beats);
    }
  }

  start(): void {
    this.database?.start();
    this.feed?.start();
    this.stock?.start();
    if (this.reconciler !== null) this.reconciler.start();
    else this.link?.start(async (connection) => void (await connection.identity()));
  }

  async close(): Promise<void> {
    this.stock?.close();
    await this.reconciler?.close();
    await this.link?.close();
    await this.feed?.close();
    await this.database?.close();
  }

  /** Returns what is known, without a request to any store. */
  status(): StoresStatus {
    return {
      strategy: this.options.strategy,
      redis: this.link?.status() ?? ABSENT,
      postgres: this.database?.status() ?? ABSENT,
      serving: this.serving(),
      isPostgresBehind: this.reconciler?.beats.isPostgresBehind ?? false,
      generation: this.reconciler?.generation ?? 0,
    };
  }

  /** True while this replica can authenticate requests. At startup, it waits for the first probe of Postgres. */
  get ready(): boolean {
    return this.serving() !== 'none' && this.database?.isKnown !== false;
  }

  /** Null while Redis is unavailable. */
  redis(): RedisAccess | null {
    return this.link?.trusted === true ? this.link : null;
  }

  /** How many sessions are dirty (Redis is ahead of Postgres) and events unapplied (Postgres is ahead), each up to a page. */
  async backlog(): Promise<{ dirty: number; unapplied: number }> {
    return (await this.reconciler?.backlog()) ?? { dirty: 0, unapplied: 0 };
  }

  /** How long this replica has found dirty sessions, in milliseconds; 0: none. */
  get backlogAgeMs(): number {
    return this.reconciler?.backlogAgeMs ?? 0;
  }

  /** Deletes up to `limit` ended sessions and returns how many. `idle`: look for idle ones too, which is slow. */
  async sweep(limit: number, idle = true): Promise<number> {
    if (this.postgres === null) return 0;
    return sweep(this.postgres.database, this.options.touchSeconds, limit, idle);
  }

  /** Whether the session with this public id is live; true if unknown. False at most the revocation bound late. */
  async isLive(publicId: string): Promise<boolean> {
    return this.liveIds === null || this.liveIds.has(publicId);
  }

  /** Revokes every session, in constant time. */
  async revokeEverybody(): Promise<void> {
    if (this.postgres === null) throw new StoreUnavailableError('sessions', 'This needs SESSION_STRATEGY tiered or postgres.');
    await this.reconciler?.moveTo(await revokeEverybody(this.postgres.database));
  }

  private redisDeadlineMs(): number {
    const { redisDeadlineMs, postgresDeadlineMs } = this.options;
    return this.reconciler?.mayAskPostgres === false ? Math.max(redisDeadlineMs, postgresDeadlineMs) : redisDeadlineMs;
  }

  private serving(): StoresStatus['serving'] {
    if (this.options.strategy === 'memory') return 'memory';
    // Plain connect-redis does not know whether Redis is available.
    if (this.stock !== null || this.link?.trusted === true) return 'redis';
    if (this.postgres?.database.readable !== true || this.reconciler?.beats.isPostgresBehind === true) return 'none';
    return 'postgres';
  }
}

/** The stores that SESSION_STRATEGY selects. */
export function createBackend(options: BackendOptions): Backend {
  return new Backend(options);
}
