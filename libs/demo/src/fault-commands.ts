import { SessionFeed, StoreHealth, StoreUnavailableError } from '@baton/session';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { RedisMembership } from './redis-membership.ts';
import { Self } from './self.ts';

export const FAULTS = ['crash', 'stop'] as const;

export type Fault = (typeof FAULTS)[number];

const SIGNALS = { crash: 'SIGKILL', stop: 'SIGTERM' } as const;

/**
 * Commands for a named replica to crash or to stop, in demo mode only. They travel over the stores, so the sender needs no
 * right over processes or the cluster, and any replica can receive them.
 */
@Injectable()
export class FaultCommands implements OnModuleInit, OnModuleDestroy {
  private unsubscribe = () => {};

  constructor(
    @Inject(SessionFeed) private readonly feed: SessionFeed | null,
    private readonly stores: StoreHealth,
    @Inject(RedisMembership) private readonly membership: RedisMembership,
    @Inject(Self) private readonly self: Self,
  ) {}

  onModuleInit(): void {
    if (!this.self.identity.demo || !this.feed) return;
    this.unsubscribe = this.feed.subscribe(({ type, details }) => {
      const { instance, action } = details as { instance?: string; action?: string };
      if (type === 'fault' && instance === this.self.instance) this.execute(action);
    });
  }

  onModuleDestroy(): void {
    this.unsubscribe();
  }

  /** @throws StoreUnavailableError when neither store can deliver the command. */
  async send(instance: string, action: Fault): Promise<void> {
    try {
      if (!this.feed) throw new StoreUnavailableError('postgres', 'There is no event feed.');
      await this.feed.publish('fault', { instance, action });
    } catch (error) {
      const redis = this.stores.redis();
      if (!redis) throw error;
      await this.membership.sendCommand(redis, instance, action);
    }
  }

  execute(action: string | undefined): void {
    if (this.self.identity.demo && isFault(action)) process.kill(process.pid, SIGNALS[action]);
  }
}

const isFault = (action: unknown): action is Fault => FAULTS.includes(action as Fault);
