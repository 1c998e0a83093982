import type { Database } from '../postgres/database.ts';
import type { PostgresStore } from '../postgres/postgres-store.ts';
import { ALL_TAGS, type RedisKeys } from '../redis/keys.ts';
import type { RedisCopy } from '../redis/redis-copy.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import { DIRTY } from '../redis/scripts.ts';
import { reconcile } from './reconcile.ts';

const PAGE = 500;
const PARALLEL = 8;
const LOCK_MS = 3000;

/** Brings sessions that changed in Redis while Postgres was unavailable to Postgres. */
export class Drainer {
  constructor(
    private readonly database: Database,
    private readonly postgres: PostgresStore,
    private readonly redis: RedisCopy,
    private readonly link: RedisLink,
    private readonly keys: RedisKeys,
    private readonly generation: () => number,
  ) {}

  /** Keys of dirty sessions (Redis is ahead of Postgres), up to a page. */
  async dirtyKeys(): Promise<string[]> {
    const sets = ALL_TAGS.map((tag) => this.keys.dirty(tag, this.generation()));
    const batches = this.link.current?.isCluster === true ? sets.map((set) => [set]) : [sets];
    const found = await Promise.all(batches.map((keys) => this.redis.ask((redis) => DIRTY.run<string[]>(redis, keys, [PAGE]))));
    return found.flat();
  }

  /** One replica at a time is enough, though two do no harm: `atOnce` does not wait for the other one. */
  async drain(atOnce: boolean): Promise<void> {
    const keys = await this.dirtyKeys();
    if (keys.length === 0) return;
    const options = { condition: 'NX', expiration: { type: 'PX', value: LOCK_MS } };
    const lock = await this.redis.ask((redis) => redis.set(this.keys.drainLock, '1', options));
    if (lock === null && !atOnce) return;
    try {
      const drained = await this.drainAll(keys);
      if (drained > 0 && keys.length >= PAGE) await this.drain(true);
    } finally {
      await this.redis.ask((redis) => redis.del([this.keys.drainLock])).catch(() => undefined);
    }
  }

  /** A session that cannot be read does not block the others. Returns how many were drained. */
  private async drainAll(keys: string[]): Promise<number> {
    let drained = 0;
    for (let i = 0; i < keys.length && this.database.ready && this.link.trusted; i += PARALLEL) {
      const work = keys.slice(i, i + PARALLEL).map((key) => reconcile(key, this.redis, this.postgres));
      drained += (await Promise.allSettled(work)).filter(({ status }) => status === 'fulfilled').length;
    }
    return drained;
  }
}
