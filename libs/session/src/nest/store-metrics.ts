import { Counter, Gauge, type Registry } from 'prom-client';
import { storeOperations } from '../stores/operations.ts';
import type { StoreHealth } from './store-health.ts';

/** Adds this library's metrics to the application's registry. */
export function registerStoreMetrics(registry: Registry, stores: StoreHealth): void {
  const operations = new Counter({
    name: 'baton_session_store_operations_total',
    help: 'Operations on the session stores, by store and operation.',
    labelNames: ['store', 'operation'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { store, operation, count } of storeOperations()) this.inc({ store, operation }, count);
    },
  });
  const inUse = new Gauge({
    name: 'baton_session_store_in_use',
    help: '1 while the circuit breaker of a session store is closed.',
    labelNames: ['store'],
    registers: [registry],
    collect() {
      const { redis, postgres } = stores.status();
      this.set({ store: 'redis' }, redis.state === 'closed' ? 1 : 0);
      this.set({ store: 'postgres' }, postgres.state === 'closed' ? 1 : 0);
    },
  });
  const backlogAge = new Gauge({
    name: 'baton_session_backlog_age_seconds',
    help: 'How long changes have been in Redis alone, as seen by this replica; 0 if there are none.',
    registers: [registry],
    collect() {
      this.set(stores.backlogAgeMs / 1000);
    },
  });
  void [operations, inUse, backlogAge];
}
