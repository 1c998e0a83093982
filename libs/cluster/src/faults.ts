import { SessionFeed, StoreHealth, StoreUnavailableError } from '@baton/session';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { RedisRoll } from './redis-roll.ts';
import { Self } from './self.ts';

export const FAULTS = ['crash', 'stop'] as const;

export type Fault = (typeof FAULTS)[number];

const SIGNALS = { crash: 'SIGKILL', stop: 'SIGTERM' } as const;

/**
 * Orders to a named replica to crash or to stop, in demo mode only. They travel over the stores, so whoever gives them needs
 * no right over processes or the cluster, and any replica can take them.
 */
@Injectable()
export class Faults implements OnModuleInit, OnModuleDestroy {
  private unsubscribe = () => {};

  constructor(
    @Inject(SessionFeed) private readonly feed: SessionFeed | null,
    private readonly stores: StoreHealth,
    @Inject(RedisRoll) private readonly roll: RedisRoll,
    @Inject(Self) private readonly self: Self,
  ) {}

  onModuleInit(): void {
    if (!this.self.identity.demo || !this.feed) return;
    this.unsubscribe = this.feed.subscribe(({ type, details }) => {
      const { instance, action } = details as { instance?: string; action?: string };
      if (type === 'fault' && instance === this.self.instance) this.obey(action);
    });
  }

  onModuleDestroy(): void {
    this.unsubscribe();
  }

  /** @throws StoreUnavailableError when neither store can carry the order. */
  async order(instance: string, action: Fault): Promise<void> {
    try {
      if (!this.feed) throw new StoreUnavailableError('postgres', 'There is no feed.');
      await this.feed.publish('fault', { instance, action });
    } catch (error) {
      const redis = this.stores.redis();
      if (!redis) throw error;
      await this.roll.order(redis, instance, action);
    }
  }

  obey(action: string | undefined): void {
    if (this.self.identity.demo && isFault(action)) process.kill(process.pid, SIGNALS[action]);
  }
}

export const isFault = (action: unknown): action is Fault => FAULTS.includes(action as Fault);
