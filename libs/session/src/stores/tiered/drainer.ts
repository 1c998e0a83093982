import { StoreUnavailableError, UnreadableSessionError } from '../../model/errors.ts';
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

  /**
   * One replica at a time is enough, though two do no harm: `atOnce` does not wait for the other one. Returns true if no
   * session is dirty any more, except those that cannot be read: these must not block the others for ever. Undefined: another
   * replica is draining.
   */
  async drain(atOnce: boolean): Promise<boolean | undefined> {
    const keys = await this.dirtyKeys();
    if (keys.length === 0) return true;
    const options = { condition: 'NX', expiration: { type: 'PX', value: LOCK_MS } };
    const lock = await this.redis.ask((redis) => redis.set(this.redis.options.keys.drainLock, '1', options));
    if (lock === null && !atOnce) return undefined;
    try {
      const { drained, unreadable } = await this.drainAll(keys);
      if (drained === 0) return unreadable === keys.length;
      return await this.drain(true);
    } finally {
      await this.redis.ask((redis) => redis.del([this.redis.options.keys.drainLock])).catch(() => undefined);
    }
  }

  private async drainAll(keys: string[]): Promise<{ drained: number; unreadable: number }> {
    let [drained, unreadable] = [0, 0];
    for (let i = 0; i < keys.length && this.postgres.database.ready && this.link.trusted; i += PARALLEL) {
      const work = keys.slice(i, i + PARALLEL).map((key) => reconcile(key, this.redis, this.postgres));
      for (const result of await Promise.allSettled(work)) {
        if (result.status === 'fulfilled') drained++;
        else if (isUnreadable(result.reason)) unreadable++;
      }
    }
    return { drained, unreadable };
  }
}

function isUnreadable(error: unknown): boolean {
  return error instanceof UnreadableSessionError || !(error instanceof StoreUnavailableError);
}
