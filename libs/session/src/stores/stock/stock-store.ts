import { RedisStore } from 'connect-redis';
import type { SessionData } from 'express-session';
import { createClient } from 'redis';
import { applyChange, type Change } from '../../model/change.ts';
import { endsAt, isLive } from '../../model/policy.ts';
import type { SessionRecord } from '../../model/record.ts';
import type { Database } from '../postgres/database.ts';
import { SoloStore } from '../solo-store.ts';

const PREFIX = 'sess:';

/**
 * Plain connect-redis with a plain client, as most applications run it: a baseline to compare with. Only the key is
 * Baton's, so that Redis holds no session id. It breaks most promises of SessionStore, which is the point: the last writer
 * wins, a late save revives a session that was logged out, requests wait for a frozen Redis forever, and a flush of Redis
 * logs everybody out. Chosen by SESSION_STRATEGY=redis with SESSION_ENGINE=express-session.
 */
export class StockStore extends SoloStore {
  protected readonly name = 'redis';
  private readonly client: ReturnType<typeof createClient>;
  private readonly redis: RedisStore;

  constructor(
    url: string,
    private readonly options: { readonly touchSeconds: number },
    database: Database | null = null,
  ) {
    super(database);
    this.client = createClient({ url });
    this.client.on('error', () => undefined);
    this.redis = new RedisStore({ client: this.client, prefix: PREFIX, ttl: (session) => this.secondsLeft(recordIn(session)) });
  }

  start(): void {
    this.client.connect().catch(() => undefined);
  }

  close(): void {
    if (this.client.isOpen) this.client.destroy();
  }

  async find(key: string): Promise<SessionRecord | null> {
    const stored = (await this.redis.get(key)) as SessionData | null;
    const record = stored === null ? null : recordIn(stored);
    return record !== null && isLive(record, this.options, Date.now()) ? record : null;
  }

  /** Overwrites whatever is stored with the whole session, as express-session does. */
  async change(key: string, change: Change, base?: SessionRecord): Promise<SessionRecord | null> {
    const record = base ?? (await this.find(key));
    return record === null ? null : this.insert(applyChange(record, change, Date.now()));
  }

  async touch(record: SessionRecord): Promise<boolean> {
    await this.redis.touch(record.key, asSession({ ...record, lastSeenAt: Date.now() }));
    return true;
  }

  async revoke(key: string): Promise<boolean> {
    await this.redis.destroy(key);
    return true;
  }

  protected async all(): Promise<SessionRecord[]> {
    return ((await this.redis.all()) as SessionData[]).map(recordIn);
  }

  protected async insert(record: SessionRecord): Promise<SessionRecord> {
    await this.redis.set(record.key, asSession(record));
    return record;
  }

  private secondsLeft(record: SessionRecord): number {
    return Math.max(1, Math.ceil((endsAt(record, this.options) - Date.now()) / 1000));
  }
}

function asSession(record: SessionRecord): SessionData {
  return { record } as unknown as SessionData;
}

function recordIn(session: SessionData): SessionRecord {
  return (session as unknown as { record: SessionRecord }).record;
}
