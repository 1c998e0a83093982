import type { Change } from '../../model/change.ts';
import type { Codec } from '../../model/codec.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import type { SessionRecord } from '../../model/record.ts';
import type { Database } from '../postgres/database.ts';
import { SoloStore } from '../solo-store.ts';
import { KEY_LENGTH, type RedisKeys } from './layout.ts';
import type { RedisLink } from './redis-link.ts';
import { RedisRecords, type Stored } from './redis-records.ts';

/** There is no Postgres that could raise it. */
const GENERATION = 0;
const SESSION_KEY = new RegExp(`:[A-Za-z0-9_-]{${KEY_LENGTH}}$`);

/** Redis as the only store (SESSION_STRATEGY=redis). */
export class RedisSessionStore extends SoloStore {
  protected readonly name = 'redis';
  private readonly records: RedisRecords;

  constructor(
    private readonly link: RedisLink,
    codec: Codec,
    private readonly keys: RedisKeys,
    touchSeconds: number,
    database: Database | null,
  ) {
    super(database);
    this.records = new RedisRecords(link.ask, codec, { keys, touchSeconds, generation: () => GENERATION, withDevice: true });
  }

  override now(): Promise<number> {
    return this.records.now();
  }

  find(key: string): Promise<SessionRecord | null> {
    return this.records.read(key).then(recordOrNull);
  }

  async change(key: string, change: Change, base?: SessionRecord): Promise<SessionRecord | null> {
    return recordOrNull(await this.records.change(key, change, base));
  }

  touch(record: SessionRecord): Promise<boolean> {
    return this.records.touch(record);
  }

  async revoke(key: string, _reason: string, base?: SessionRecord): Promise<boolean> {
    const record = base ?? (await this.find(key));
    return record !== null && (await this.records.revoke(record)) === 'revoked';
  }

  protected insert(record: SessionRecord): Promise<boolean> {
    return this.records.create(record);
  }

  protected async all(): Promise<SessionRecord[]> {
    const connection = this.link.current;
    if (connection === undefined) throw new StoreUnavailableError('redis', 'Redis is unavailable.');
    const found: SessionRecord[] = [];
    for await (const names of connection.scan(this.keys.pattern(GENERATION))) {
      for (const name of names) {
        const record = SESSION_KEY.test(name) ? await this.find(name.slice(-KEY_LENGTH)) : null;
        if (record !== null) found.push(record);
      }
    }
    return found;
  }
}

/** Redis is the only store: a value that does not decode must not look like a logout. */
function recordOrNull(stored: Stored): SessionRecord | null {
  if (stored === 'unreadable') throw new StoreUnavailableError('redis', 'A stored session cannot be decoded.');
  return typeof stored === 'string' ? null : stored;
}
