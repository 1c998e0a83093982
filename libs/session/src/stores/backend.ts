import { codecOf } from '../model/codec.ts';
import type { SessionStore } from '../model/store.ts';
import { MemoryStore } from './memory/memory-store.ts';
import { Database } from './postgres/database.ts';
import { SessionFeed } from './postgres/feed.ts';
import { PostgresStore } from './postgres/postgres-store.ts';
import type { RedisAddress } from './redis/client.ts';
import { RedisLink, type Ask } from './redis/redis-link.ts';
import { RedisSessionStore } from './redis/redis-store.ts';
import { StockStore } from './stock/stock-store.ts';
import { Keeper } from './tiered/keeper.ts';
import { TieredStore } from './tiered/tiered-store.ts';
import { withTransactions } from './with-transactions.ts';

export type Strategy = 'tiered' | 'redis' | 'postgres' | 'memory';

export interface BackendOptions {
  readonly strategy: Strategy;
  /** With strategy `redis`, `express-session` means connect-redis as it comes: the stack to compare with. */
  readonly engine?: 'baton' | 'express-session';
  readonly databaseUrl: string | null;
  readonly redis: RedisAddress | null;
  readonly redisDeadlineMs: number;
  readonly postgresDeadlineMs: number;
  readonly touchSeconds: number;
  readonly maxPerUser: number;
  readonly limitPolicy: 'deny-new' | 'drop-oldest';
  readonly encryptionKeys: readonly string[];
  /** T: how long after its acknowledgement a revocation may take to reach every replica, in milliseconds. */
  readonly revocationMs: number;
  /** How long a replica may use a record without asking Redis, in milliseconds; 0: it asks every time. */
  readonly nearCacheMs: number;
  readonly entities?: readonly NewableFunction[];
  readonly applicationName?: string;
}

/** The stores of one replica, as SESSION_STRATEGY says. What the strategy does not use is null. */
export interface Backend {
  readonly store: SessionStore;
  readonly database: Database | null;
  readonly feed: SessionFeed | null;
  readonly link: RedisLink | null;
  readonly keeper: Keeper | null;
  readonly postgres: PostgresStore | null;
  readonly stock?: StockStore;
  start(): void;
  close(): Promise<void>;
}

export function createBackend(options: BackendOptions): Backend {
  const database = options.databaseUrl === null ? null : databaseOf(options, options.databaseUrl);
  const feed = database === null ? null : new SessionFeed(database, options.revocationMs, options.databaseUrl!);
  const parts = partsOf(options, database, feed);
  return {
    ...parts,
    database,
    feed,
    start() {
      database?.start();
      feed?.start();
      parts.link?.start();
      parts.stock?.start();
    },
    async close() {
      await parts.keeper?.close();
      await parts.link?.close();
      parts.stock?.close();
      await feed?.close();
      await database?.close();
    },
  };
}

type Parts = Pick<Backend, 'store' | 'link' | 'keeper' | 'postgres' | 'stock'>;

function partsOf(options: BackendOptions, database: Database | null, feed: SessionFeed | null): Parts {
  if (options.strategy === 'memory')
    return { store: withTransactions(new MemoryStore(options), database), link: null, keeper: null, postgres: null };
  if (options.strategy === 'redis') return redisAlone(options, database);
  if (database === null || feed === null) throw new Error(`SESSION_STRATEGY=${options.strategy} needs DATABASE_URL.`);
  if (options.strategy === 'tiered' && options.redis !== null) return tiered(options, options.redis, database, feed);
  const postgres = new PostgresStore(database, codecOf(options.encryptionKeys), { ...options, hasCopy: false });
  return { store: postgres, link: null, keeper: null, postgres };
}

function databaseOf(options: BackendOptions, url: string): Database {
  const { postgresDeadlineMs: deadlineMs, entities, applicationName } = options;
  return new Database({ url, deadlineMs, ...(entities && { entities }), ...(applicationName && { applicationName }) });
}

function redisAlone(options: BackendOptions, database: Database | null): Parts {
  if (options.redis === null) throw new Error('SESSION_STRATEGY=redis needs REDIS_URL.');
  if (options.engine === 'express-session') {
    const stock = new StockStore(options.redis.url, options);
    return { store: withTransactions(stock, database), stock, link: null, keeper: null, postgres: null };
  }
  const link = new RedisLink({
    address: options.redis,
    deadlineMs: options.redisDeadlineMs,
    recover: async (connection) => void (await connection.identity()),
  });
  const settings = { touchSeconds: options.touchSeconds, generation: () => 0, alone: true };
  const store = new RedisSessionStore(link.ask, codecOf(options.encryptionKeys), settings, () => link.current);
  return { store: withTransactions(store, database), link, keeper: null, postgres: null };
}

function tiered(options: BackendOptions, address: RedisAddress, database: Database, feed: SessionFeed): Parts {
  const codec = codecOf(options.encryptionKeys);
  const { touchSeconds, nearCacheMs: nearMs } = options;
  const redisStore = (ask: Ask, generation: () => number) =>
    new RedisSessionStore(ask, codec, { touchSeconds, generation, alone: false, nearMs });
  const announceChanges = () => !link.trusted;
  const postgres = new PostgresStore(database, codec, { ...options, hasCopy: true, announceChanges });
  const keeper = new Keeper({ database, postgres, feed, boundMs: options.revocationMs, nearMs, redisStore });
  const link: RedisLink = new RedisLink({
    address,
    deadlineMs: options.redisDeadlineMs,
    recover: (connection) => keeper.recover(connection),
  });
  const redis = redisStore(link.ask, () => keeper.generation);
  keeper.start(link, redis);
  return { store: new TieredStore(postgres, redis, link), link, keeper, postgres };
}
