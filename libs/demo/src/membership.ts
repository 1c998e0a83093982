import { SessionFeed, StoreHealth } from '@baton/session';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { FaultCommands } from './fault-commands.ts';
import { FeedMembership } from './feed-membership.ts';
import type { Heartbeat, Members } from './heartbeat.ts';
import { RedisMembership } from './redis-membership.ts';
import { Self } from './self.ts';

const HEARTBEAT_MS = 1000;
/** A heartbeat over the feed is a row in Postgres, so only every second one is sent. */
const HEARTBEATS_PER_ROW = 2;

/** Every second: announces this replica and learns which others run, over Redis or, while Redis is unavailable, the event feed. */
@Injectable()
export class Membership implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly listeners = new Set<(members: Members) => void>();
  private readonly overFeed: FeedMembership;
  private stopListening = () => {};
  private timer?: NodeJS.Timeout;
  private busy = false;
  private sent = 0;
  private lastCommand = '';
  members: Members = { via: 'nobody', heartbeats: [] };

  constructor(
    @Inject(SessionFeed) feed: SessionFeed | null,
    private readonly stores: StoreHealth,
    private readonly faultCommands: FaultCommands,
    @Inject(RedisMembership) private readonly overRedis: RedisMembership,
    @Inject(Self) private readonly self: Self,
  ) {
    this.overFeed = new FeedMembership(feed);
  }

  onApplicationBootstrap(): void {
    this.stopListening = this.overFeed.listen();
    this.timer = setInterval(() => void this.beat(), HEARTBEAT_MS).unref();
    void this.beat();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopListening();
    const redis = this.stores.redis();
    if (redis) await this.overRedis.leave(redis, this.self.instance).catch(() => undefined);
  }

  /** Called after every heartbeat. Returns the way to unsubscribe. */
  subscribe(listener: (members: Members) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A heartbeat that takes longer than a second delays the next one; they never pile up. */
  private async beat(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      this.members = await this.announce(this.self.heartbeat());
      for (const listener of this.listeners) listener(this.members);
    } finally {
      this.busy = false;
    }
  }

  private async announce(heartbeat: Heartbeat): Promise<Members> {
    const redis = this.stores.redis();
    const reply = redis && (await this.overRedis.announce(redis, heartbeat).catch(() => null));
    if (!reply) return this.announceOverFeed(heartbeat);
    this.receive(reply.command);
    return { via: 'redis', heartbeats: reply.heartbeats };
  }

  /** Redis repeats a command until this replica has left; a second SIGTERM would cut its draining short. */
  private receive(command: string): void {
    if (command === this.lastCommand) return;
    this.lastCommand = command;
    this.faultCommands.execute(command);
  }

  private async announceOverFeed(heartbeat: Heartbeat): Promise<Members> {
    const skip = this.sent++ % HEARTBEATS_PER_ROW !== 0;
    const reachable = skip || (await this.overFeed.announce(heartbeat).then(...succeeded));
    const others = this.overFeed.heartbeats().filter(({ instance }) => instance !== heartbeat.instance);
    return reachable ? { via: 'feed', heartbeats: [heartbeat, ...others] } : { via: 'nobody', heartbeats: [heartbeat] };
  }
}

/** An undelivered heartbeat is no error. */
const succeeded = [() => true, () => false] as const;
