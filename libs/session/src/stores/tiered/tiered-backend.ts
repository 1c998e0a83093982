import type { BackendOptions, RedisAccess, StoresStatus, StoreStatus } from '../backend.ts';
import { PostgresBackend } from '../postgres/postgres-backend.ts';
import type { RedisAddress } from '../redis/client.ts';
import { RedisKeys } from '../redis/keys.ts';
import { RedisCopy } from '../redis/redis-copy.ts';
import { RedisLink } from '../redis/redis-link.ts';
import { CacheReconciler } from './cache-reconciler.ts';
import { TieredStore } from './tiered-store.ts';

/** SESSION_STRATEGY=tiered: Postgres, with a copy in Redis. */
export class TieredBackend extends PostgresBackend {
  override readonly store: TieredStore;
  private readonly link: RedisLink;
  private readonly reconciler: CacheReconciler;

  constructor(options: BackendOptions, address: RedisAddress) {
    const link = new RedisLink({ address, deadlineMs: options.redisDeadlineMs });
    super(options, () => !link.trusted);
    const { database, feed, postgres } = this;
    const keys = new RedisKeys(this.name);
    const { touchSeconds, nearCacheMs: nearMs, revocationMs: boundMs } = options;
    this.link = link;
    this.reconciler = new CacheReconciler({
      database,
      feed,
      postgres,
      link,
      keys,
      boundMs,
      nearMs,
      copyOf: (ask, generation) =>
        new RedisCopy(ask, postgres.codec, { keys, touchSeconds, generation, nearMs, withDevice: false }),
    });
    this.store = new TieredStore(postgres, this.reconciler.copy, link);
  }

  override start(): void {
    super.start();
    this.reconciler.start();
  }

  override async close(): Promise<void> {
    await this.reconciler.close();
    await super.close();
  }

  override redis(): RedisAccess | null {
    return this.link.trusted ? this.link : null;
  }

  override backlog(): Promise<{ dirty: number; unapplied: number }> {
    return this.reconciler.backlog();
  }

  protected override get generation(): number {
    return this.reconciler.generation;
  }

  protected override onGeneration(generation: number): Promise<void> {
    return this.reconciler.moveTo(generation);
  }

  protected override redisStatus(): StoreStatus {
    return this.link.status();
  }

  protected override serving(): StoresStatus['serving'] {
    return this.link.trusted ? 'redis' : super.serving();
  }
}
