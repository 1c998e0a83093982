import { withDeadline } from '../../kit/deadline.ts';
import { pause } from '../../kit/pause.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import type { Database } from '../postgres/database.ts';
import type { SessionEvent } from '../postgres/events.ts';
import { markApplied, unapplied, type SessionFeed } from '../postgres/feed.ts';
import { agreeOnGeneration, knownGeneration } from '../postgres/generation.ts';
import type { PostgresStore } from '../postgres/postgres-store.ts';
import type { Connection } from '../redis/client.ts';
import { KEY_LENGTH, type RedisKeys } from '../redis/layout.ts';
import { RedisCopy } from '../redis/redis-copy.ts';
import type { Ask, RedisLink } from '../redis/redis-link.ts';
import { Drainer } from './drainer.ts';
import { storedGeneration } from './generation.ts';
import { Beats, RedisBehindError } from './beats.ts';
import { reconcile } from './reconcile.ts';

const PAGE = 500;
/** The replica that makes a change applies it itself; the others give it this long. */
const PATIENCE_MS = 30;
const RECOVERY_DEADLINE_MS = 1000;

/**
 * Keeps the copy in Redis correct. Decides when Redis is trusted, applies events that it missed (repair), and brings to
 * Postgres what was saved in Redis while Postgres was unavailable (drain).
 */
export class CacheReconciler {
  generation = 0;
  readonly copy: RedisCopy;
  readonly beats: Beats;
  private identity = '';
  private readonly database: Database;
  private readonly drainer: Drainer;
  private readonly closing = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private repairing: Promise<void> | undefined;

  constructor(
    private readonly postgres: PostgresStore,
    private readonly feed: SessionFeed,
    private readonly link: RedisLink,
    private readonly keys: RedisKeys,
    private readonly options: { readonly nearCacheMs: number; readonly revocationMs: number; readonly touchSeconds: number },
  ) {
    this.database = postgres.database;
    this.copy = this.copyOf(link.ask, () => this.generation);
    this.drainer = new Drainer(postgres, this.copy, link);
    this.beats = new Beats(postgres.database, link, keys);
  }

  private copyOf(ask: Ask, generation: () => number): RedisCopy {
    const { keys } = this;
    const { touchSeconds, nearCacheMs: nearMs } = this.options;
    return new RedisCopy(ask, this.postgres.codec, { keys, touchSeconds, generation, nearMs, withDevice: false });
  }

  start(): void {
    const { feed, link, database } = this;
    feed.subscribe((event) => this.onEvent(event));
    feed.on('woken', () => void this.repairSoon());
    // Also when Redis becomes trusted: Postgres may have returned, or changed, during the recovery.
    for (const source of [link, database]) source.on('up', () => void this.compareWithPostgres());
    // Without one of the two sources of changes, the near cache is not valid.
    for (const source of [link, database]) source.on('down', () => this.copy.invalidate(null));
    link.start((connection) => this.recover(connection));
    this.running = this.pulse();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  /** False: if Redis does not respond, Postgres cannot respond instead. */
  get mayAskPostgres(): boolean {
    return this.database.ready && !this.beats.isPostgresBehind;
  }

  /** After the generation was raised on purpose: informs replicas that reach only Redis, and recovers like them. */
  async moveTo(generation: number): Promise<void> {
    const { link, keys } = this;
    if (!link.trusted) return;
    await this.copy.ask((redis) => redis.set(keys.generation, `${generation}|${this.identity}`)).catch(() => undefined);
    this.distrustGeneration();
  }

  /** How long this replica has found dirty sessions, in milliseconds; 0: none. */
  get backlogAgeMs(): number {
    return this.drainer.backlogAgeMs;
  }

  /** Sessions that are dirty and events that are unapplied, each up to a page. */
  async backlog(): Promise<{ dirty: number; unapplied: number }> {
    const [dirty, events] = await Promise.all([this.drainer.dirtyKeys(), unapplied(this.database, PAGE)]);
    return { dirty: dirty.length, unapplied: events.length };
  }

  /** Startup and recovery are the same: Redis is trusted once its server is known and up to date. */
  private async recover(connection: Connection): Promise<void> {
    const { database, keys } = this;
    const identity = await withDeadline(connection.identity(), RECOVERY_DEADLINE_MS, 'Redis');
    const ask: Ask = (work) => withDeadline(work(connection.commands), RECOVERY_DEADLINE_MS, 'Redis').catch(redisFailed);
    await database.known;
    const { readable } = database;
    const generation = await this.generationFor(identity, ask);
    if (database.ready) await ask((redis) => redis.set(keys.generation, `${generation}|${identity}`));
    if (readable) await this.applyAll(this.copyOf(ask, () => generation));
    await this.beats.beatRedis(ask, { refreshed: readable });
    // Before this replica may change anything in Redis alone.
    if (database.ready) await this.beats.beatPostgres(database, true);
    this.identity = identity;
    this.generation = generation;
    if (this.options.nearCacheMs > 0) await this.track(connection);
  }

  private async generationFor(identity: string, ask: Ask): Promise<number> {
    if (this.database.ready) return agreeOnGeneration(this.database, identity);
    if (!this.database.readable) return storedGeneration(ask, this.keys, identity);
    const generation = await knownGeneration(this.database, identity);
    if (generation !== undefined) return generation;
    throw new StoreUnavailableError('redis', 'Postgres does not know this Redis server, and is read-only.');
  }

  private async track(connection: Connection): Promise<void> {
    this.copy.invalidate(null);
    const tracks = await connection.track((name) => this.copy.invalidate(name === null ? null : name.slice(-KEY_LENGTH)));
    if (!tracks)
      throw new Error('SESSION_NEAR_CACHE_MS needs client tracking, which Redis Cluster does not support here: set it to 0.');
  }

  /** Applies the unapplied events to Redis, until there are no more. */
  private async applyAll(copy: RedisCopy): Promise<void> {
    const events = (after: number) => unapplied(this.database, PAGE, after);
    for (let page = await events(0); page.length > 0; page = await events(page.at(-1)!.id)) {
      await Promise.all(page.map((event) => this.applyOne(copy, event)));
      const ids = page.map(({ id }) => id);
      if (this.database.ready) await markApplied(this.database, ids);
    }
  }

  private async applyOne(copy: RedisCopy, event: SessionEvent): Promise<void> {
    if (event.key === null) return;
    if (event.type === 'revoked') await copy.writeTombstone(event.key, event.expiresAt ?? event.at);
    else if (!(await copy.drop(event.key, event.version ?? 0))) await reconcile(event.key, copy, this.postgres);
  }

  private repairSoon(): Promise<void> {
    this.repairing ??= pause(PATIENCE_MS, this.closing.signal)
      .then(() => this.repair())
      .finally(() => (this.repairing = undefined));
    return this.repairing;
  }

  /** A Redis that cannot be repaired is not trusted: if it refuses tombstones, it must not be read. */
  private async repair(): Promise<void> {
    const { link, beats } = this;
    if (!link.trusted || this.closing.signal.aborted) return;
    // A change that Redis misses from now on may come too late for this repair.
    const missed = beats.redisMissed;
    beats.redisMissed = false;
    try {
      await this.applyAll(this.copy);
    } catch (error) {
      beats.redisMissed ||= missed;
      if (error instanceof StoreUnavailableError && error.store === 'redis') link.distrust(error);
    }
  }

  private onEvent(event: SessionEvent): void {
    if (event.key !== null) this.copy.invalidate(event.key);
    if (event.type === 'generation' && event.details['generation'] !== this.generation && this.link.trusted)
      this.distrustGeneration();
  }

  private distrustGeneration(): void {
    this.link.distrust(new Error('The cache generation was raised.'));
  }

  private async compareWithPostgres(): Promise<void> {
    const { link, database } = this;
    if (!link.trusted || !database.ready) return;
    try {
      if ((await agreeOnGeneration(database, this.identity)) !== this.generation) this.distrustGeneration();
      await this.catchUp(true);
      await this.repair();
    } catch {
      // Postgres became unavailable again; the pulse retries.
    }
  }

  private async pulse(): Promise<void> {
    const { link, database } = this;
    while (!this.closing.signal.aborted) {
      await pause(this.options.revocationMs / 2, this.closing.signal);
      if (link.trusted) await this.checkGeneration().catch(() => undefined);
      const isClean = database.ready ? await this.catchUp(false).catch(() => undefined) : undefined;
      if (link.trusted) await this.beatRedis(isClean);
    }
  }

  /**
   * Drains, and tells Postgres if that leaves nothing behind. The order matters: what becomes dirty after the beat raises the
   * epoch again. Undefined: it is not known whether a session is dirty.
   */
  private async catchUp(atOnce: boolean): Promise<boolean | undefined> {
    const { beats, generation, link } = this;
    const epoch = await beats.beatPostgres();
    if (!link.trusted) return undefined;
    const isClean = await this.drainer.drain(atOnce || epoch !== null);
    if (isClean === true && epoch !== null && link.trusted) await beats.caughtUp(epoch, generation);
    return isClean;
  }

  private async beatRedis(isClean: boolean | undefined): Promise<void> {
    try {
      // The age of the backlog is for the operator of this replica too.
      if (!this.database.ready) await this.drainer.dirtyKeys();
      await this.beats.beatRedis(this.copy.ask, isClean === undefined ? {} : { dirty: !isClean });
    } catch (error) {
      if (error instanceof RedisBehindError) this.link.distrust(error);
    }
  }

  /** Redis holds the generation too, for a replica that does not reach Postgres. */
  private async checkGeneration(): Promise<void> {
    const name = this.keys.generation;
    const own = `${this.generation}|${this.identity}`;
    const stored = await this.copy.ask((redis) => redis.get(name));
    if (stored === own) return;
    if (stored === null) await this.copy.ask((redis) => redis.set(name, own, { condition: 'NX' }));
    else this.distrustGeneration();
  }
}

function redisFailed(cause: unknown): never {
  throw new StoreUnavailableError('redis', cause instanceof Error ? cause.message : String(cause), { cause });
}
