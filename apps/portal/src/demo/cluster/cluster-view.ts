/** What the cluster page shows; sent with the page, and then every second in the event stream. */
export interface ClusterView {
  /** The replica that made this view. */
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

/** Milliseconds, over the last ten seconds. */
export interface Latency {
  p50: number | null;
  p99: number | null;
}

/** Which faults the visitor can cause. */
export interface Controls {
  /** Crash and stop replicas. */
  faults: boolean;
  /** Also stop stores, and add or remove replicas: only under the local launcher. */
  launcher: boolean;
}

/** The visitor, when the page was rendered. */
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
