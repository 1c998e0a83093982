import type { PostgresStore } from '../postgres/postgres-store.ts';
import type { RedisCopy } from '../redis/redis-copy.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import { reconcile } from './reconcile.ts';

const PAGE = 500;
const PARALLEL = 8;
const LOCK_MS = 3000;

/** Brings sessions that changed in Redis while Postgres was unavailable to Postgres. */
export class Drainer {
  constructor(
    private readonly postgres: PostgresStore,
    private readonly redis: RedisCopy,
    private readonly link: RedisLink,
  ) {}

  /** Keys of dirty sessions (Redis is ahead of Postgres), up to a page. */
  dirtyKeys(): Promise<string[]> {
    return this.redis.dirtyKeys(PAGE, this.link.current?.isCluster === true);
  }

  /** One replica at a time is enough, though two do no harm: `atOnce` does not wait for the other one. */
  async drain(atOnce: boolean): Promise<void> {
    const keys = await this.dirtyKeys();
    if (keys.length === 0) return;
    const options = { condition: 'NX', expiration: { type: 'PX', value: LOCK_MS } };
    const lock = await this.redis.ask((redis) => redis.set(this.redis.options.keys.drainLock, '1', options));
    if (lock === null && !atOnce) return;
    try {
      const drained = await this.drainAll(keys);
      if (drained > 0 && keys.length >= PAGE) await this.drain(true);
    } finally {
      await this.redis.ask((redis) => redis.del([this.redis.options.keys.drainLock])).catch(() => undefined);
    }
  }

  /** A session that cannot be read does not block the others. Returns how many were drained. */
  private async drainAll(keys: string[]): Promise<number> {
    let drained = 0;
    for (let i = 0; i < keys.length && this.postgres.database.ready && this.link.trusted; i += PARALLEL) {
      const work = keys.slice(i, i + PARALLEL).map((key) => reconcile(key, this.redis, this.postgres));
      drained += (await Promise.allSettled(work)).filter(({ status }) => status === 'fulfilled').length;
    }
    return drained;
  }
}
