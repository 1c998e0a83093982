import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Stores, type StoreStatus } from './stores.ts';

const LOOK_MS = 1000;
const NAMES = { redis: 'Redis', postgres: 'Postgres' } as const;

/**
 * Says once when a store goes away, with the reason, and once when it is back. A replica that starts with a wrong password
 * or address goes on without that store, as in any outage: this line is how its operator learns why.
 */
@Injectable()
export class StoreLog implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('stores');
  private readonly told = new Map<keyof typeof NAMES, boolean>();
  private timer?: NodeJS.Timeout;

  constructor(private readonly stores: Stores) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const { redis, postgres } = this.stores.status();
    this.tell('redis', redis);
    this.tell('postgres', postgres);
  }

  private tell(store: keyof typeof NAMES, { state, reason }: StoreStatus): void {
    const isAway = state === 'open';
    if (state === 'recovering' || (this.told.get(store) ?? false) === isAway) return;
    this.told.set(store, isAway);
    if (isAway) this.logger.warn(`${NAMES[store]} cannot be used: ${reason}`);
    else this.logger.log(`${NAMES[store]} is in use again.`);
  }
}
