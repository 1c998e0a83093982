import { Inject, Injectable } from '@nestjs/common';
import type { Backend } from '../stores/backend.ts';
import type { RedisCommands } from '../stores/redis/client.ts';
import type { SessionConfig } from './session-config.ts';
import { BACKEND, SESSION_CONFIG } from './tokens.ts';

export type StoreState = 'closed' | 'open' | 'recovering' | 'absent';

export interface StoreStatus {
  /** The circuit breaker: closed means in use. */
  readonly state: StoreState;
  readonly since: number | null;
  readonly reason: string | null;
}

export interface StoresStatus {
  readonly strategy: SessionConfig['strategy'];
  readonly redis: StoreStatus;
  readonly postgres: StoreStatus;
  /** The store that answers reads now. */
  readonly serving: 'redis' | 'postgres' | 'memory' | 'none';
  /** Cache generation, 0 without a copy in Redis. */
  readonly generation: number;
}

const ABSENT: StoreStatus = { state: 'absent', since: null, reason: null };

/** Which store serves this replica, for health checks and for people. Never looks at a store: it tells what is known. */
@Injectable()
export class Stores {
  constructor(
    @Inject(BACKEND) private readonly backend: Backend,
    @Inject(SESSION_CONFIG) private readonly config: SessionConfig,
  ) {}

  status(): StoresStatus {
    const { link, database, keeper } = this.backend;
    return {
      strategy: this.config.strategy,
      redis: link?.status() ?? ABSENT,
      postgres: database?.status() ?? ABSENT,
      serving: this.serving(),
      generation: keeper?.generation ?? 0,
    };
  }

  /** True while this replica can tell who is signed in. At its start it first finds out whether Postgres is there. */
  get ready(): boolean {
    return this.serving() !== 'none' && this.backend.database?.isKnown !== false;
  }

  /** Sessions that Redis holds newer than Postgres (Postgres was away), and the other way round. For tests and people. */
  async backlog(): Promise<{ dirty: number; unapplied: number }> {
    return (await this.backend.keeper?.backlog()) ?? { dirty: 0, unapplied: 0 };
  }

  /** Redis for keys of the application's own, or null while it is away. Prefix them `baton:<your name>:`. */
  redis(): { ask<T>(work: (redis: RedisCommands) => Promise<T>): Promise<T> } | null {
    const { link } = this.backend;
    return link?.trusted === true ? link : null;
  }

  private serving(): StoresStatus['serving'] {
    const { strategy } = this.config;
    if (strategy === 'memory') return 'memory';
    // The stock stack does not know whether its Redis is there.
    if (this.backend.stock !== undefined) return 'redis';
    if (this.backend.link?.trusted === true) return 'redis';
    return strategy !== 'redis' && this.backend.database?.ready === true ? 'postgres' : 'none';
  }
}
