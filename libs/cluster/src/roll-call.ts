import { SessionFeed, StoreHealth } from '@baton/session';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Beat, Roll } from './beat.ts';
import { Faults } from './faults.ts';
import { FeedRoll } from './feed-roll.ts';
import { RedisRoll } from './redis-roll.ts';
import { Self } from './self.ts';

const BEAT_MS = 1000;
/** A beat over the feed is a row in Postgres, so it comes less often. */
const BEATS_PER_ROW = 2;

/** Every second: here I am, and who else is there? Over Redis, or over the feed while Redis is away. */
@Injectable()
export class RollCall implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly listeners = new Set<(roll: Roll) => void>();
  private readonly overFeed: FeedRoll;
  private stopListening = () => {};
  private timer?: NodeJS.Timeout;
  private busy = false;
  private beats = 0;
  private lastOrder = '';
  roll: Roll = { heardOver: 'nobody', beats: [] };

  constructor(
    @Inject(SessionFeed) feed: SessionFeed | null,
    private readonly stores: StoreHealth,
    private readonly faults: Faults,
    @Inject(RedisRoll) private readonly overRedis: RedisRoll,
    @Inject(Self) private readonly self: Self,
  ) {
    this.overFeed = new FeedRoll(feed);
  }

  onApplicationBootstrap(): void {
    this.stopListening = this.overFeed.listen();
    this.timer = setInterval(() => void this.turn(), BEAT_MS).unref();
    void this.turn();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopListening();
    const redis = this.stores.redis();
    if (redis) await this.overRedis.leave(redis, this.self.instance).catch(() => undefined);
  }

  /** Called after every beat with who is there. Returns the way to unsubscribe. */
  onRoll(listener: (roll: Roll) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A beat that takes longer than a second makes the next one wait, never pile up. */
  private async turn(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      this.roll = await this.call(this.self.beat());
      for (const listener of this.listeners) listener(this.roll);
    } finally {
      this.busy = false;
    }
  }

  private async call(beat: Beat): Promise<Roll> {
    const redis = this.stores.redis();
    if (redis) {
      const answer = await this.overRedis.call(redis, beat).catch(() => null);
      if (answer) {
        this.hearOrder(answer.order);
        return { heardOver: 'redis', beats: answer.beats };
      }
    }
    return this.callOverFeed(beat);
  }

  /** Redis repeats an order until this replica is gone; a second SIGTERM would cut its draining short. */
  private hearOrder(order: string): void {
    if (order === this.lastOrder) return;
    this.lastOrder = order;
    this.faults.obey(order);
  }

  private async callOverFeed(beat: Beat): Promise<Roll> {
    const told = this.beats++ % BEATS_PER_ROW !== 0 || (await this.overFeed.call(beat).then(...always));
    const others = this.overFeed.beats().filter(({ instance }) => instance !== beat.instance);
    return told ? { heardOver: 'feed', beats: [beat, ...others] } : { heardOver: 'nobody', beats: [beat] };
  }
}

/** Whether it worked; a beat that nobody hears is no error. */
const always = [() => true, () => false] as const;
