import type { PostgresStore } from '../postgres/postgres-store.ts';
import type { RedisCopy } from '../redis/redis-copy.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import { reconcileAll } from './reconcile.ts';

const PAGE = 500;
/** Sessions of one transaction: a replica may have a single connection, and each transaction costs several round trips. */
const TOGETHER = 50;
const LOCK_MS = 3000;

/** Brings sessions that changed in Redis while Postgres was unavailable to Postgres. */
export class Drainer {
  private dirtySince: number | undefined;

  constructor(
    private readonly postgres: PostgresStore,
    private readonly redis: RedisCopy,
    private readonly link: RedisLink,
  ) {}

  /** How long ago this replica first found dirty sessions, in milliseconds; 0 if it found none when it last looked. */
  get backlogAgeMs(): number {
    return this.dirtySince === undefined ? 0 : performance.now() - this.dirtySince;
  }

  /** Keys of dirty sessions (Redis is ahead of Postgres), up to a page. */
  async dirtyKeys(): Promise<string[]> {
    const keys = await this.redis.dirtyKeys(PAGE, this.link.current?.isCluster === true);
    this.dirtySince = keys.length === 0 ? undefined : (this.dirtySince ?? performance.now());
    return keys;
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
      else if (drained === keys.length) this.dirtySince = undefined;
    } finally {
      await this.redis.ask((redis) => redis.del([this.redis.options.keys.drainLock])).catch(() => undefined);
    }
  }

  private async drainAll(keys: string[]): Promise<number> {
    let drained = 0;
    for (let i = 0; i < keys.length; i += TOGETHER) drained += await this.drainSome(keys.slice(i, i + TOGETHER));
    return drained;
  }

  /** A session that cannot be read does not block the others: what fails is halved. Returns how many were drained. */
  private async drainSome(keys: string[]): Promise<number> {
    if (!this.postgres.database.ready || !this.link.trusted) return 0;
    try {
      await reconcileAll(keys, this.redis, this.postgres);
      return keys.length;
    } catch {
      if (keys.length === 1) return 0;
      const half = keys.length >> 1;
      return (await this.drainSome(keys.slice(0, half))) + (await this.drainSome(keys.slice(half)));
    }
  }
}
