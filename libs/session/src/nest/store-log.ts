import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { UNSEALED } from '../model/codec.ts';
import type { StoreStatus } from '../stores/backend.ts';
import { StoreHealth } from './store-health.ts';

const CHECK_MS = 1000;
const NAMES = { redis: 'Redis', postgres: 'Postgres' } as const;

/**
 * Logs when a store becomes unavailable, with the reason, and when it is available again. A replica with a wrong password
 * or address starts without that store, as in any outage: this line shows its operator why. Also logs each encryption key that is
 * missing, once.
 */
@Injectable()
export class StoreLog implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('stores');
  private readonly logged = new Map<keyof typeof NAMES, boolean>();
  private readonly loggedKeys = new Set<string>();
  private timer?: NodeJS.Timeout;

  constructor(private readonly stores: StoreHealth) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.check(), CHECK_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private check(): void {
    const { redis, postgres } = this.stores.status();
    this.log('redis', redis);
    this.log('postgres', postgres);
    for (const keyId of this.stores.removedKeys) this.logKey(keyId);
  }

  private logKey(keyId: string): void {
    if (this.loggedKeys.has(keyId)) return;
    this.loggedKeys.add(keyId);
    if (keyId === UNSEALED)
      return this.logger.warn(
        'Sessions that were stored without encryption, or by a version that did not authenticate whole records, are refused, because ' +
          'SESSION_ENCRYPTION_KEYS is set. If they should live, set SESSION_ENCRYPTION_MIGRATION=true until the longest session has ended.',
      );
    this.logger.warn(
      `Sessions under encryption key ${keyId} get 401, because this key is not in SESSION_ENCRYPTION_KEYS. ` +
        'If they should live, append the key to the list and restart all replicas.',
    );
  }

  private log(store: keyof typeof NAMES, { state, reason }: StoreStatus): void {
    const isDown = state === 'open';
    if (state === 'recovering' || (this.logged.get(store) ?? false) === isDown) return;
    this.logged.set(store, isDown);
    if (isDown) this.logger.warn(`${NAMES[store]} is unavailable: ${reason}`);
    else this.logger.log(`${NAMES[store]} is available again.`);
  }
}
