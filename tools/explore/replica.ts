import type { Backend, BackendOptions } from '../../libs/session/src/stores/backend.ts';
import type { SessionLookup } from '../../libs/session/src/http/lookup.ts';
import type { Peppers } from '../../libs/session/src/model/id.ts';
import type { StoreUnavailableError } from '../../libs/session/src/model/errors.ts';
import type { World } from './world.ts';

/** What the explorer uses of the library. Imported late, because `prepareLibrary` has to come first. */
export interface Library {
  readonly createBackend: (options: BackendOptions) => Backend;
  readonly Lookup: typeof SessionLookup;
  readonly Peppers: typeof Peppers;
  readonly newSessionId: () => string;
  readonly renewSessionId: (id: string) => string;
  readonly newPublicId: () => string;
  /** The sources of all Redis scripts. */
  readonly scripts: readonly string[];
  readonly migrate: (url: string) => Promise<unknown>;
  readonly StoreUnavailableError: typeof StoreUnavailableError;
}

export async function importLibrary(): Promise<Library> {
  const { createBackend } = await import('../../libs/session/src/stores/backend.ts');
  const { SessionLookup: Lookup } = await import('../../libs/session/src/http/lookup.ts');
  const { Peppers, newSessionId, renewSessionId, newPublicId } = await import('../../libs/session/src/model/id.ts');
  const { StoreUnavailableError } = await import('../../libs/session/src/model/errors.ts');
  const { nameScripts } = await import('./stores/redis-server.ts');
  const scripts = nameScripts(await import('../../libs/session/src/stores/redis/scripts.ts'));
  const { migrate } = await import('../../libs/session/src/stores/postgres/migrate.ts');
  return {
    createBackend,
    Lookup,
    Peppers,
    newSessionId,
    renewSessionId,
    newPublicId,
    scripts,
    migrate,
    StoreUnavailableError,
  };
}

export const REVOCATION_MS = 1000;

/** One replica: the real stores of the library, and the lookup that judges ids. */
export class Replica {
  readonly backend: Backend;
  readonly lookup: SessionLookup;
  readonly name: string;

  constructor(world: World, library: Library, name: string, nearCacheMs: number) {
    this.name = name;
    const options: BackendOptions = {
      strategy: 'tiered',
      databaseUrl: world.servers.url,
      redis: { url: 'redis://explored' },
      redisDeadlineMs: 150,
      postgresDeadlineMs: 1000,
      touchSeconds: 1,
      maxPerUser: 0,
      limitPolicy: 'drop-oldest',
      encryptionKeys: [],
      revocationMs: REVOCATION_MS,
      nearCacheMs,
    };
    [this.backend, this.lookup] = world.inReplica(name, `${name} loops`, () => {
      const backend = library.createBackend(options);
      backend.start();
      return [backend, new library.Lookup(backend.store, new library.Peppers(['explore']))];
    });
  }

  get isReady(): boolean {
    const { redis, postgres } = this.backend.status();
    return redis.state === 'closed' && postgres.state === 'closed';
  }
}
