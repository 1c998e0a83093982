import { addCounts, type Heartbeat, type Members, Membership, percentileMs, Self } from '@baton/demo';
import { StoreHealth } from '@baton/session';
import { Injectable } from '@nestjs/common';
import { defer, fromEventPattern, map, type Observable, shareReplay, startWith } from 'rxjs';
import type { ClusterView, Latency, ReplicaView, StoreView } from './cluster-view.ts';

const STATES: Record<string, StoreView['state']> = { closed: 'serving', open: 'away', recovering: 'returning', absent: 'absent' };

/** The cluster as this replica sees it. */
@Injectable()
export class ClusterViews {
  constructor(
    private readonly membership: Membership,
    private readonly stores: StoreHealth,
    private readonly self: Self,
  ) {}

  now(): ClusterView {
    return this.view(this.membership.members);
  }

  /** Now, and then every second, as JSON. Made once for all listeners. */
  readonly stream: Observable<string> = defer(() =>
    fromEventPattern<Members>(
      (listener) => this.membership.subscribe(listener),
      (_, unsubscribe: () => void) => unsubscribe(),
    ).pipe(startWith(this.membership.members)),
  ).pipe(
    map((members) => JSON.stringify(this.view(members))),
    shareReplay({ bufferSize: 1, refCount: true }),
  );

  private view({ via, heartbeats }: Members): ClusterView {
    const { redis, postgres } = this.stores.status();
    const replicas = heartbeats.map(replicaView);
    replicas.sort((a, b) => a.app.localeCompare(b.app) || a.name.localeCompare(b.name, 'en', { numeric: true }));
    return {
      seenBy: this.self.identity.replica,
      heardOver: via,
      replicas,
      stores: [
        { name: 'redis', state: STATES[redis.state] ?? 'away' },
        { name: 'postgres', state: STATES[postgres.state] ?? 'away' },
      ],
      latency: latencyOf(heartbeats.reduce((sum, { lookups }) => addCounts(sum, lookups), {})),
    };
  }
}

function latencyOf(counts: Record<string, number[]>): Record<string, Latency> {
  const both = (buckets: number[]) => ({ p50: percentileMs(buckets, 0.5), p99: percentileMs(buckets, 0.99) });
  return Object.fromEntries(Object.entries(counts).map(([store, buckets]) => [store, both(buckets)]));
}

function replicaView({ app, replica, instance, version, place, upSeconds, requestsPerSecond, draining }: Heartbeat): ReplicaView {
  return { app, name: replica, instance, version, ...(place && { place }), upSeconds, requestsPerSecond, draining };
}
