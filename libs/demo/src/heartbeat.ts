/** What a replica announces every second. */
export interface Heartbeat {
  app: string;
  replica: string;
  /** New after every restart. */
  instance: string;
  version: string;
  /** Node and zone, where the platform reports them. */
  place?: string;
  upSeconds: number;
  requestsPerSecond: number;
  draining: boolean;
  /** Session lookups of the last ten seconds by store and duration; see `BOUNDS_MS`. */
  lookups: Record<string, number[]>;
}

/** The replicas that run, and how this one knows: from Redis, from the event feed, or not at all. */
export interface Members {
  via: 'redis' | 'feed' | 'nobody';
  heartbeats: Heartbeat[];
}
