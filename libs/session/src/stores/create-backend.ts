import type { SessionStore } from '../model/store.ts';
import { Backend, type BackendOptions, type StoresStatus } from './backend.ts';
import { MemoryStore } from './memory/memory-store.ts';
import { PostgresBackend } from './postgres/postgres-backend.ts';
import { RedisBackend } from './redis/redis-backend.ts';
import { StockStore } from './stock/stock-store.ts';
import { TieredBackend } from './tiered/tiered-backend.ts';
import { withDatabase } from './with-database.ts';

/** The stores that SESSION_STRATEGY selects. */
export function createBackend(options: BackendOptions): Backend {
  const { strategy, engine, redis, databaseUrl } = options;
  if (strategy === 'memory') return new MemoryBackend(options);
  if (strategy === 'redis') {
    if (redis === null) throw new Error('SESSION_STRATEGY=redis needs REDIS_URL.');
    return engine === 'express-session' ? new StockBackend(options, redis.url) : new RedisBackend(options, redis);
  }
  if (databaseUrl === null) throw new Error(`SESSION_STRATEGY=${strategy} needs DATABASE_URL.`);
  return strategy === 'tiered' && redis !== null ? new TieredBackend(options, redis) : new PostgresBackend(options);
}

class MemoryBackend extends Backend {
  readonly store = withDatabase(new MemoryStore(this.options), this.database);

  protected serving(): StoresStatus['serving'] {
    return 'memory';
  }
}

class StockBackend extends Backend {
  readonly store: SessionStore;
  private readonly stock: StockStore;

  constructor(options: BackendOptions, url: string) {
    super(options);
    this.stock = new StockStore(url, options);
    this.store = withDatabase(this.stock, this.database);
  }

  override start(): void {
    super.start();
    this.stock.start();
  }

  override async close(): Promise<void> {
    this.stock.close();
    await super.close();
  }

  /** Plain connect-redis does not know whether Redis is available. */
  protected serving(): StoresStatus['serving'] {
    return 'redis';
  }
}
