/** What a replica says of itself every second. */
export interface Beat {
  app: string;
  replica: string;
  /** Another one after every restart. */
  instance: string;
  version: string;
  /** Node and zone, where a cluster says so. */
  place?: string;
  upSeconds: number;
  requestsPerSecond: number;
  draining: boolean;
  /** How often a session lookup took how long during the last ten seconds, by the store that answered; see `BOUNDS_MS`. */
  lookups: Record<string, number[]>;
}

/** Who is there, and how we know: asked of Redis, heard over the event feed, or nobody can be asked. */
export interface Roll {
  heardOver: 'redis' | 'feed' | 'nobody';
  beats: Beat[];
}
