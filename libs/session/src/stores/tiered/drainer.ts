import { StoreUnavailableError, UnreadableSessionError } from '../../model/errors.ts';
import type { PostgresStore } from '../postgres/postgres-store.ts';
import type { RedisCopy } from '../redis/redis-copy.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import { reconcileAll } from './reconcile.ts';

const PAGE = 500;
/** Sessions of one transaction: a replica may have a single connection, and each transaction costs several round trips. */
const TOGETHER = 50;
const LOCK_MS = 3000;

/** Sessions of one round of draining. */
interface Count {
  readonly drained: number;
  readonly unreadable: number;
}

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

  private async drainAll(keys: string[]): Promise<Count> {
    let count: Count = { drained: 0, unreadable: 0 };
    for (let i = 0; i < keys.length; i += TOGETHER) count = sum(count, await this.drainSome(keys.slice(i, i + TOGETHER)));
    return count;
  }

  /** A session that cannot be read does not block the others: what fails is halved. */
  private async drainSome(keys: string[]): Promise<Count> {
    if (!this.postgres.database.ready || !this.link.trusted) return { drained: 0, unreadable: 0 };
    try {
      await reconcileAll(keys, this.redis, this.postgres);
      return { drained: keys.length, unreadable: 0 };
    } catch (error) {
      if (keys.length === 1) return { drained: 0, unreadable: isUnreadable(error) ? 1 : 0 };
      const half = keys.length >> 1;
      return sum(await this.drainSome(keys.slice(0, half)), await this.drainSome(keys.slice(half)));
    }
  }
}

function sum(a: Count, b: Count): Count {
  return { drained: a.drained + b.drained, unreadable: a.unreadable + b.unreadable };
}

function isUnreadable(error: unknown): boolean {
  return error instanceof UnreadableSessionError || !(error instanceof StoreUnavailableError);
}
