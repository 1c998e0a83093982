import { randomUUID } from 'node:crypto';
import type { Draining } from '@baton/platform';
import type { Heartbeat } from './heartbeat.ts';
import { LatencyWindow } from './latency.ts';

/** Which process this is. */
export interface Identity {
  app: string;
  replica: string;
  version: string;
  place?: string;
  /** Fault commands are executed only in demo mode. */
  demo: boolean;
}

/** What this replica announces about itself. */
export class Self {
  readonly instance = randomUUID();
  private readonly lookups = new LatencyWindow();
  private requests = 0;
  private perSecond = 0;

  constructor(
    readonly identity: Identity,
    private readonly draining: Draining,
  ) {}

  /** Called for every response; `lookup` is how its session was read. */
  count(lookup: { store: string; lookupMs: number } | null): void {
    this.requests += 1;
    if (lookup) this.lookups.record(lookup.store, lookup.lookupMs);
  }

  /** Called once a second. */
  heartbeat(): Heartbeat {
    this.perSecond = this.requests;
    this.requests = 0;
    const lookups = this.lookups.counts();
    this.lookups.turn();
    const { app, replica, version, place } = this.identity;
    const upSeconds = Math.round(process.uptime());
    return {
      app,
      replica,
      version,
      ...(place && { place }),
      instance: this.instance,
      upSeconds,
      requestsPerSecond: this.perSecond,
      draining: this.draining.isDraining,
      lookups,
    };
  }
}
