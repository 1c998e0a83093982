import { StoreUnavailableError } from '../../model/errors.ts';
import { withDeadline } from '../../kit/deadline.ts';
import { pause } from '../../kit/pause.ts';
import type { Database } from '../postgres/database.ts';
import type { SessionEvent } from '../postgres/events.ts';
import { markApplied, unapplied, type SessionFeed } from '../postgres/feed.ts';
import type { PostgresStore } from '../postgres/postgres-store.ts';
import type { Connection } from '../redis/client.ts';
import { ALL_TAGS, GENERATION_KEY, PREFIX, dirtyKey } from '../redis/keys.ts';
import type { Ask, RedisLink } from '../redis/redis-link.ts';
import type { RedisSessionStore } from '../redis/redis-store.ts';
import { DIRTY } from '../redis/scripts.ts';
import { agreeOnGeneration, believedGeneration } from './generation.ts';
import { reconcile } from './reconcile.ts';

export interface KeeperOptions {
  readonly database: Database;
  readonly postgres: PostgresStore;
  readonly feed: SessionFeed;
  /** The revocation bound T, in milliseconds. */
  readonly boundMs: number;
  /** Age limit of the near cache; 0 without. */
  readonly nearMs: number;
  /** A Redis store that asks in the given way and uses the given generation. */
  readonly redisStore: (ask: Ask, generation: () => number) => RedisSessionStore;
}

const PAGE = 500;
const KEY_LENGTH = 43;
/** The replica that made a change applies it itself; the others give it this long before they do. */
const PATIENCE_MS = 30;
const RECOVERY_DEADLINE_MS = 1000;
const DRAIN_LOCK = `${PREFIX}:drain`;
const DRAIN_LOCK_MS = 3000;

/**
 * Keeps the copy honest. Decides when Redis may be trusted, makes Redis agree with what Postgres recorded meanwhile
 * (repair), and brings to Postgres what was saved in Redis while Postgres was away (drain).
 */
export class Keeper {
  generation = 0;
  private identity = '';
  private link!: RedisLink;
  private redis!: RedisSessionStore;
  private readonly closing = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private repairing: Promise<void> | undefined;

  constructor(private readonly options: KeeperOptions) {}

  start(link: RedisLink, redis: RedisSessionStore): void {
    this.link = link;
    this.redis = redis;
    this.options.feed.subscribe((event) => this.hear(event));
    this.options.feed.on('woken', () => void this.repairSoon());
    // Also when Redis has just been trusted: Postgres may have come back, or have moved on, while that was decided.
    for (const source of [link, this.options.database]) source.on('up', () => void this.compareWithPostgres());
    // Without one of the two ways to hear of changes, nothing may be kept.
    for (const source of [link, this.options.database]) source.on('down', () => redis.heard(null));
    this.running = this.pulse();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  /** Start-up and recovery are the same path: only a Redis that is known and up to date is trusted. */
  async recover(connection: Connection): Promise<void> {
    const { database } = this.options;
    const identity = await withDeadline(connection.identity(), RECOVERY_DEADLINE_MS, 'Redis');
    const ask: Ask = (work) => withDeadline(work(connection.commands), RECOVERY_DEADLINE_MS, 'Redis').catch(redisFailed);
    await database.known;
    const generation = database.ready ? await agreeOnGeneration(database, identity) : await believedGeneration(ask, identity);
    if (database.ready) {
      await ask((redis) => redis.set(GENERATION_KEY, `${generation}|${identity}`));
      const store = this.options.redisStore(ask, () => generation);
      while ((await this.apply(store)) > 0);
    }
    this.identity = identity;
    this.generation = generation;
    if (this.options.nearMs > 0) await this.track(connection);
  }

  private async track(connection: Connection): Promise<void> {
    this.redis.heard(null);
    const tells = await connection.track((name) => this.redis.heard(name === null ? null : name.slice(-KEY_LENGTH)));
    if (!tells)
      throw new Error(
        'SESSION_NEAR_CACHE_MS needs a Redis that tells of changes (client tracking); a Cluster does not: set it to 0.',
      );
  }

  /** Events that Redis does not reflect yet. Returns how many there were. */
  private async apply(redis: RedisSessionStore): Promise<number> {
    const events = await unapplied(this.options.database, PAGE);
    await Promise.all(events.map((event) => this.applyOne(redis, event)));
    await markApplied(
      this.options.database,
      events.map(({ id }) => id),
    );
    return events.length;
  }

  private async applyOne(redis: RedisSessionStore, event: SessionEvent): Promise<void> {
    if (event.key === null) return;
    if (event.type === 'revoked') await redis.bury(event.key, event.expiresAt ?? event.at);
    else if (!(await redis.drop(event.key, event.version ?? 0))) await reconcile(event.key, redis, this.options.postgres);
  }

  private repairSoon(): Promise<void> {
    this.repairing ??= pause(PATIENCE_MS, this.closing.signal)
      .then(() => this.repair())
      .finally(() => (this.repairing = undefined));
    return this.repairing;
  }

  /** Who cannot repair does not trust: a Redis that refuses tombstones must not be read. */
  private async repair(): Promise<void> {
    if (!this.link.trusted || this.closing.signal.aborted) return;
    try {
      while (this.link.trusted && (await this.apply(this.redis)) === PAGE);
    } catch (error) {
      if (error instanceof StoreUnavailableError && error.store === 'redis') this.link.distrust(error);
    }
  }

  private hear(event: SessionEvent): void {
    if (event.key !== null) this.redis.heard(event.key);
    if (event.type === 'generation' && event.details['generation'] !== this.generation && this.link.trusted) {
      this.link.distrust(new Error('The cache generation was raised.'));
    }
  }

  private async compareWithPostgres(): Promise<void> {
    if (!this.link.trusted || !this.options.database.ready) return;
    try {
      const generation = await agreeOnGeneration(this.options.database, this.identity);
      if (generation !== this.generation) this.link.distrust(new Error('The cache generation was raised.'));
      await this.drain(true);
      await this.repair();
    } catch {
      // Postgres went away again; the pulse goes on.
    }
  }

  private async pulse(): Promise<void> {
    while (!this.closing.signal.aborted) {
      await pause(this.options.boundMs / 2, this.closing.signal);
      if (!this.link.trusted) continue;
      await this.checkGeneration().catch(() => undefined);
      if (this.options.database.ready) await this.drain(false).catch(() => undefined);
    }
  }

  /** Heard through Redis as well, for a replica that Postgres cannot reach. */
  private async checkGeneration(): Promise<void> {
    const known = `${this.generation}|${this.identity}`;
    const stored = await this.redis.ask((redis) => redis.get(GENERATION_KEY));
    if (stored === known) return;
    if (stored === null) await this.redis.ask((redis) => redis.set(GENERATION_KEY, known, { condition: 'NX' }));
    else this.link.distrust(new Error('The cache generation was raised.'));
  }

  /** After the generation was raised on purpose: tells replicas that only Redis reaches, and takes part in it. */
  async moveTo(generation: number): Promise<void> {
    if (!this.link.trusted) return;
    await this.redis.ask((redis) => redis.set(GENERATION_KEY, `${generation}|${this.identity}`)).catch(() => undefined);
    this.link.distrust(new Error('The cache generation was raised.'));
  }

  /** What one store still has to learn from the other, up to a page. */
  async backlog(): Promise<{ dirty: number; unapplied: number }> {
    const [dirty, events] = await Promise.all([this.dirtyKeys(), unapplied(this.options.database, PAGE)]);
    return { dirty: dirty.length, unapplied: events.length };
  }

  /** Sessions that Redis holds newer than Postgres, up to a page. */
  private async dirtyKeys(): Promise<string[]> {
    const sets = ALL_TAGS.map((tag) => dirtyKey(tag, this.generation));
    const batches = this.link.current?.isCluster === true ? sets.map((set) => [set]) : [sets];
    const found = await Promise.all(batches.map((keys) => this.redis.ask((redis) => DIRTY.run<string[]>(redis, keys, [PAGE]))));
    return found.flat();
  }

  /** One replica at a time is enough; two at once would do no harm. */
  private async drain(atOnce: boolean): Promise<void> {
    const keys = await this.dirtyKeys();
    if (keys.length === 0) return;
    const options = { condition: 'NX', expiration: { type: 'PX', value: DRAIN_LOCK_MS } };
    const mine = await this.redis.ask((redis) => redis.set(DRAIN_LOCK, '1', options));
    if (mine === null && !atOnce) return;
    try {
      const drained = await this.drainAll(keys);
      if (drained > 0 && keys.length >= PAGE) await this.drain(true);
    } finally {
      await this.redis.ask((redis) => redis.del([DRAIN_LOCK])).catch(() => undefined);
    }
  }

  /** One session that cannot be read must not keep back the others. Returns how many went through. */
  private async drainAll(keys: string[]): Promise<number> {
    let drained = 0;
    for (let i = 0; i < keys.length && this.options.database.ready && this.link.trusted; i += 8) {
      const work = keys.slice(i, i + 8).map((key) => reconcile(key, this.redis, this.options.postgres));
      drained += (await Promise.allSettled(work)).filter(({ status }) => status === 'fulfilled').length;
    }
    return drained;
  }
}

function redisFailed(cause: unknown): never {
  throw new StoreUnavailableError('redis', cause instanceof Error ? cause.message : String(cause), { cause });
}
