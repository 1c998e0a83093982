import { StoreUnavailableError } from '../model/errors.ts';
import type { SessionStore } from '../model/store.ts';
import { Database } from './postgres/database.ts';
import { SessionFeed } from './postgres/feed.ts';
import type { RedisAddress } from './redis/client.ts';
import type { Ask } from './redis/redis-link.ts';

export type Strategy = 'tiered' | 'redis' | 'postgres' | 'memory';

export interface BackendOptions {
  /** Prefix of all Redis keys, and the application's name in Postgres. */
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
  /** T: within how many milliseconds after its acknowledgement a revocation reaches every replica. */
  readonly revocationMs: number;
  /** How long a replica may use a record without a request to Redis, in milliseconds; 0: every read asks Redis. */
  readonly nearCacheMs: number;
  readonly entities?: readonly NewableFunction[];
}

export const DEFAULT_NAME = 'baton';

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
  /** Cache generation; 0 without a copy in Redis. */
  readonly generation: number;
}

/** Redis for keys of the application's own. Prefix them with `<name>:<your prefix>:`. */
export interface RedisAccess {
  readonly ask: Ask;
}

const ABSENT: StoreStatus = { state: 'absent', since: null, reason: null };

/** The stores of one replica. Each strategy has a subclass; what a strategy does not support does nothing here. */
export abstract class Backend {
  abstract readonly store: SessionStore;
  /** Null without DATABASE_URL. */
  readonly database: Database | null;
  readonly feed: SessionFeed | null;
  protected readonly name: string;

  constructor(protected readonly options: BackendOptions) {
    const { databaseUrl: url, postgresDeadlineMs: deadlineMs, revocationMs, entities = [] } = options;
    this.name = options.name ?? DEFAULT_NAME;
    this.database = url === null ? null : new Database({ url, deadlineMs, entities, applicationName: this.name });
    this.feed = this.database && new SessionFeed(this.database, revocationMs, url!, this.name);
  }

  start(): void {
    this.database?.start();
    this.feed?.start();
  }

  async close(): Promise<void> {
    await this.feed?.close();
    await this.database?.close();
  }

  /** Returns what is known, without a request to any store. */
  status(): StoresStatus {
    return {
      strategy: this.options.strategy,
      redis: this.redisStatus(),
      postgres: this.database?.status() ?? ABSENT,
      serving: this.serving(),
      generation: this.generation,
    };
  }

  /** True while this replica can authenticate requests. At startup, it waits for the first probe of Postgres. */
  get ready(): boolean {
    return this.serving() !== 'none' && this.database?.isKnown !== false;
  }

  /** Null while Redis is unavailable. */
  redis(): RedisAccess | null {
    return null;
  }

  /** How many sessions are dirty (Redis is ahead of Postgres) and events unapplied (Postgres is ahead), each up to a page. */
  backlog(): Promise<{ dirty: number; unapplied: number }> {
    return Promise.resolve({ dirty: 0, unapplied: 0 });
  }

  /** Deletes up to `limit` ended sessions and returns how many. `idle`: look for idle ones too, which is slow. */
  sweep(_limit: number, _idle = true): Promise<number> {
    return Promise.resolve(0);
  }

  /** Whether the session with this public id is live; true if unknown. False at most the revocation bound late. */
  isLive(_publicId: string): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Revokes every session, in constant time. */
  revokeEverybody(): Promise<void> {
    return Promise.reject(new StoreUnavailableError('sessions', 'This needs SESSION_STRATEGY tiered or postgres.'));
  }

  protected get generation(): number {
    return 0;
  }

  protected redisStatus(): StoreStatus {
    return ABSENT;
  }

  protected abstract serving(): StoresStatus['serving'];
}
