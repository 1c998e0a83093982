import { codecOf } from '../../model/codec.ts';
import type { SessionStore } from '../../model/store.ts';
import { Backend, type BackendOptions, type StoresStatus } from '../backend.ts';
import { revokeEverybody } from './generation.ts';
import { LiveIds } from './live-ids.ts';
import { PostgresStore } from './postgres-store.ts';
import { sweep } from './sweep.ts';

/** SESSION_STRATEGY=postgres: Postgres alone. */
export class PostgresBackend extends Backend {
  readonly store: SessionStore;
  declare readonly database: NonNullable<Backend['database']>;
  declare readonly feed: NonNullable<Backend['feed']>;
  protected readonly postgres: PostgresStore;
  private readonly liveIds: LiveIds;

  /** `announceChanges`: see PostgresStoreOptions; undefined without a copy in Redis. */
  constructor(options: BackendOptions, announceChanges?: () => boolean) {
    super(options);
    this.postgres = new PostgresStore(this.database, codecOf(options.encryptionKeys), {
      ...options,
      hasCopy: announceChanges !== undefined,
      ...(announceChanges && { announceChanges }),
    });
    this.store = this.postgres;
    this.liveIds = new LiveIds(this.database, this.feed, options);
  }

  override sweep(limit: number, idle = true): Promise<number> {
    return sweep(this.database, { limit, idle, touchSeconds: this.options.touchSeconds });
  }

  override isLive(publicId: string): Promise<boolean> {
    return this.liveIds.has(publicId);
  }

  override async revokeEverybody(): Promise<void> {
    await this.onGeneration(await revokeEverybody(this.database));
  }

  /** The cache generation was raised. */
  protected onGeneration(_generation: number): Promise<void> {
    return Promise.resolve();
  }

  protected serving(): StoresStatus['serving'] {
    return this.database.ready ? 'postgres' : 'none';
  }
}
