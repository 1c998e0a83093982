import { Injectable } from '@nestjs/common';
import { Backend, type RedisAccess, type StoresStatus } from '../stores/backend.ts';

/** Which stores serve this replica, for health checks, operators and tests. */
@Injectable()
export class StoreHealth {
  constructor(private readonly backend: Backend) {}

  /** Returns what is known, without a request to any store. */
  status(): StoresStatus {
    return this.backend.status();
  }

  /** True while this replica can authenticate requests. */
  get ready(): boolean {
    return this.backend.ready;
  }

  /** Ids of encryption keys that stored sessions need and SESSION_ENCRYPTION_KEYS lacks. */
  get removedKeys(): ReadonlySet<string> {
    return this.backend.removedKeys;
  }

  /** How many sessions are dirty (Redis is ahead of Postgres) and events unapplied (Postgres is ahead). */
  backlog(): Promise<{ dirty: number; unapplied: number }> {
    return this.backend.backlog();
  }

  /** How long this replica has found dirty sessions, in milliseconds; 0: none. Without a request to any store. */
  get backlogAgeMs(): number {
    return this.backend.backlogAgeMs;
  }

  /** Redis for keys of the application's own; null while it is unavailable. */
  redis(): RedisAccess | null {
    return this.backend.redis();
  }
}
