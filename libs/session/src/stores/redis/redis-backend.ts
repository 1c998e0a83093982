import { codecOf } from '../../model/codec.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import type { SessionStore } from '../../model/store.ts';
import { Backend, type BackendOptions, type RedisAccess, type StoresStatus, type StoreStatus } from '../backend.ts';
import { withDatabase } from '../with-database.ts';
import type { RedisAddress } from './client.ts';
import { KEY_LENGTH, RedisKeys } from './keys.ts';
import { RedisLink } from './redis-link.ts';
import { RedisRecords } from './redis-records.ts';
import { RedisSessionStore } from './redis-session-store.ts';

/** There is no Postgres that could raise it. */
const GENERATION = 0;
const SESSION_KEY = new RegExp(`:[A-Za-z0-9_-]{${KEY_LENGTH}}$`);

/** SESSION_STRATEGY=redis: Redis alone. */
export class RedisBackend extends Backend {
  readonly store: SessionStore;
  private readonly keys = new RedisKeys(this.name);
  private readonly link: RedisLink;

  constructor(options: BackendOptions, address: RedisAddress) {
    super(options);
    this.link = new RedisLink({ address, deadlineMs: options.redisDeadlineMs });
    const { keys } = this;
    const records = new RedisRecords(this.link.ask, codecOf(options.encryptionKeys), {
      keys,
      touchSeconds: options.touchSeconds,
      generation: () => GENERATION,
      withDevice: true,
    });
    this.store = withDatabase(new RedisSessionStore(records, () => this.allKeys()), this.database);
  }

  override start(): void {
    super.start();
    this.link.start(async (connection) => void (await connection.identity()));
  }

  override async close(): Promise<void> {
    await this.link.close();
    await super.close();
  }

  override redis(): RedisAccess | null {
    return this.link.trusted ? this.link : null;
  }

  protected override redisStatus(): StoreStatus {
    return this.link.status();
  }

  protected serving(): StoresStatus['serving'] {
    return this.link.trusted ? 'redis' : 'none';
  }

  private async allKeys(): Promise<string[]> {
    const connection = this.link.current;
    if (connection === undefined) throw new StoreUnavailableError('redis', 'Redis is unavailable.');
    const keys: string[] = [];
    for await (const names of connection.scan(this.keys.pattern(GENERATION)))
      for (const name of names) if (SESSION_KEY.test(name)) keys.push(name.slice(-KEY_LENGTH));
    return keys;
  }
}
