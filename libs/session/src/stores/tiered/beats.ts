import { StoreUnavailableError } from '../../model/errors.ts';
import { IN_USE_MS } from '../../model/standing.ts';
import type { Tx } from '../../model/store.ts';
import type { Database } from '../postgres/database.ts';
import { beat, markCaughtUp } from '../postgres/standing.ts';
import type { RedisKeys } from '../redis/layout.ts';
import type { Ask, RedisLink } from '../redis/redis-link.ts';
import { BEAT } from '../redis/scripts.ts';

/** While other replicas use Postgres, a change that stays in Redis alone for longer than this waits for something that does not come. */
const OLDEST_BACKLOG_MS = 5000;

/** Redis was out of use while Postgres was not, so Postgres may have changes that Redis has not. */
export class RedisBehindError extends StoreUnavailableError {
  constructor() {
    super('redis', 'Redis was out of use for a while, and may lack changes that Postgres has.');
  }
}

interface RedisBeat {
  /** Whether a drain left sessions dirty. Absent: unknown. */
  readonly dirty?: boolean;
  /** This replica has just brought Redis up to date. */
  readonly refreshed?: boolean;
}

/** Tells each store that it is in use. From what other replicas told it, the store knows whether it may be behind the other one. */
export class Beats {
  /** True: other replicas use Postgres, but what is acknowledged in Redis alone does not get there. */
  isBacklogStuck = false;
  /** By the last beat. */
  isPostgresBehind = false;
  /** Postgres committed a change of this replica that Redis did not get. The repair brings it, unless Postgres is lost first. */
  redisMissed = false;
  /** How often Postgres was out of use for this replica while Redis was not, or too slow: something changed in Redis alone. */
  private missed = 0;
  /** How many of these Postgres has been told of. A beat may fail, and more may come while it is on its way. */
  private told = 0;
  /** Told in a transaction that is not committed yet. */
  private telling = 0;
  /** Postgres was in use while Redis was not, for this replica: any other one may have changed something that Redis missed. */
  private mayHaveMissed = false;
  /** The last beat that Redis had when this replica came back to it. A later one is that of a replica that never lost Redis. */
  private foundBeat = '';

  constructor(
    private readonly database: Database,
    private readonly link: RedisLink,
    private readonly keys: RedisKeys,
  ) {
    database.beforeUp = (tx) => this.beatPostgres(tx);
    database.on('up', () => (this.told = Math.max(this.told, this.telling)));
    database.on('down', () => link.trusted && this.postgresMissed());
    link.on('up', () => !database.ready && this.postgresMissed());
    link.on('down', () => {
      this.mayHaveMissed = database.ready;
      this.foundBeat = '';
    });
    database.on('up', () => (this.mayHaveMissed = true));
  }

  /** Returns the epoch that has to be drained, or null if Postgres is caught up. */
  async beatPostgres(tx: Tx = this.database, usesCopy = this.link.trusted): Promise<number | null> {
    const { missed } = this;
    const epoch = await beat(tx, { usesCopy, noticedOutage: missed > this.told });
    if (tx === this.database) this.told = Math.max(this.told, missed);
    else this.telling = missed;
    this.isPostgresBehind = epoch !== null;
    return epoch;
  }

  /** This replica has just changed something in Redis alone: the next beat tells Postgres, which need not have been down. */
  postgresMissed(): void {
    this.missed++;
  }

  /** No session was dirty after `epoch` was read. */
  async caughtUp(epoch: number, generation: number): Promise<void> {
    await markCaughtUp(this.database, epoch, generation);
    this.isPostgresBehind = false;
  }

  /** @throws RedisBehindError */
  async beatRedis(ask: Ask, { dirty, refreshed = false }: RedisBeat = {}): Promise<void> {
    const { ready } = this.database;
    if (refreshed) this.redisMissed = false;
    const news = refreshed ? 'refreshed' : this.redisMissed && !ready ? 'missed' : '';
    const waitsForOthers = !this.link.trusted && !refreshed && this.mayHaveMissed;
    const args = [ready ? 1 : 0, dirty === undefined ? '' : Number(dirty), news, waitsForOthers ? 1 : '', this.foundBeat];
    const [behind, sincePostgresMs, sinceDirtyMs, beat] = await ask((redis) =>
      BEAT.run<[number, number, number, string]>(redis, [this.keys.state], args),
    );
    if (waitsForOthers) this.foundBeat = beat;
    if (behind === 1) throw new RedisBehindError();
    this.isBacklogStuck = !ready && sincePostgresMs >= 0 && sincePostgresMs <= IN_USE_MS && sinceDirtyMs > OLDEST_BACKLOG_MS;
  }
}
