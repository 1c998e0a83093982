import { addCounts, type Beat, percentileMs, type Roll, RollCall } from '@baton/cluster';
import { StoreHealth } from '@baton/session';
import { Inject, Injectable } from '@nestjs/common';
import { fromEventPattern, map, type Observable } from 'rxjs';
import { SERVED_BY, type ServedBy } from '../served-by.ts';
import type { ClusterView, Latency, ReplicaView, StoreView } from './cluster-view.ts';

const STATES: Record<string, StoreView['state']> = { closed: 'serving', open: 'away', recovering: 'returning', absent: 'absent' };

/** The cluster as this replica sees it, now and every second. */
@Injectable()
export class ClusterNews {
  constructor(
    private readonly rollCall: RollCall,
    private readonly stores: StoreHealth,
    @Inject(SERVED_BY) private readonly servedBy: ServedBy,
  ) {}

  now(): ClusterView {
    return this.view(this.rollCall.roll);
  }

  stream(): Observable<ClusterView> {
    return fromEventPattern<Roll>(
      (listener) => this.rollCall.onRoll(listener),
      (_, unsubscribe: () => void) => unsubscribe(),
    ).pipe(map((roll) => this.view(roll)));
  }

  private view({ heardOver, beats }: Roll): ClusterView {
    const { redis, postgres } = this.stores.status();
    const replicas = beats.map(replicaView);
    replicas.sort((a, b) => a.app.localeCompare(b.app) || a.name.localeCompare(b.name, 'en', { numeric: true }));
    return {
      seenBy: this.servedBy.replica,
      heardOver,
      replicas,
      stores: [
        { name: 'redis', state: STATES[redis.state] ?? 'away' },
        { name: 'postgres', state: STATES[postgres.state] ?? 'away' },
      ],
      latency: latencyOf(beats.reduce((sum, { lookups }) => addCounts(sum, lookups), {})),
    };
  }
}

function latencyOf(counts: Record<string, number[]>): Record<string, Latency> {
  const both = (buckets: number[]) => ({ p50: percentileMs(buckets, 0.5), p99: percentileMs(buckets, 0.99) });
  return Object.fromEntries(Object.entries(counts).map(([store, buckets]) => [store, both(buckets)]));
}

function replicaView({ app, replica, instance, version, place, upSeconds, requestsPerSecond, draining }: Beat): ReplicaView {
  return { app, name: replica, instance, version, ...(place && { place }), upSeconds, requestsPerSecond, draining };
}
