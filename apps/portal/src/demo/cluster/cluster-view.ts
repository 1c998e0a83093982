/** What the cluster page shows; the server makes it, the page draws it, and the stream renews it every second. */
export interface ClusterView {
  /** The replica that tells. */
  seenBy: string;
  heardOver: 'redis' | 'feed' | 'nobody';
  replicas: ReplicaView[];
  stores: StoreView[];
  latency: Record<string, Latency>;
}

export interface ReplicaView {
  app: string;
  name: string;
  instance: string;
  version: string;
  place?: string;
  upSeconds: number;
  requestsPerSecond: number;
  draining: boolean;
}

export interface StoreView {
  name: 'redis' | 'postgres';
  state: 'serving' | 'away' | 'returning' | 'absent';
}

/** Milliseconds; a bound that half, and 99 of 100, of the lookups of the last ten seconds stayed below. */
export interface Latency {
  p50: number | null;
  p99: number | null;
}

/** What may be broken from here. */
export interface Controls {
  /** Crash and stop replicas. */
  faults: boolean;
  /** Also the stores, and the number of replicas: only where the local launcher runs them. */
  launcher: boolean;
}

/** Who this tab is, as far as the server that made the page knew. */
export interface Me {
  name: string;
  publicId: string;
  createdAt: string;
  articles: number;
}

export interface BoardProps {
  view: ClusterView;
  controls: Controls;
  me: Me | null;
}
