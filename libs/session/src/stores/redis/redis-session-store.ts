import { checkSize, type Change } from '../../model/change.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import { newRecord, userIdOf, type NewSession, type SessionRecord } from '../../model/record.ts';
import type { RevokeAllOptions, SessionStore } from '../../model/store.ts';
import { ChangingStore } from '../changing-store.ts';
import type { RedisRecords, Stored } from './redis-records.ts';

/** Redis as the only store (SESSION_STRATEGY=redis). */
export class RedisSessionStore extends ChangingStore implements SessionStore {
  constructor(
    private readonly records: RedisRecords,
    private readonly allKeys: () => Promise<string[]>,
  ) {
    super();
  }

  async create(session: NewSession): Promise<SessionRecord> {
    checkSize(session.attributes);
    const record = newRecord(session, Date.now(), 'redis');
    await this.records.create(record);
    return record;
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

  async revokeAll(userId: string, options: RevokeAllOptions = {}): Promise<number> {
    const sessions = (await this.listByUser(userId)).filter(({ key }) => key !== options.exceptKey);
    await Promise.all(sessions.map((record) => this.records.revoke(record)));
    return sessions.length;
  }

  /** Redis has no index of users, so this reads every session. */
  async listByUser(userId: string): Promise<SessionRecord[]> {
    const found: SessionRecord[] = [];
    for (const key of await this.allKeys()) {
      const record = await this.find(key);
      if (record !== null && userIdOf(record.attributes) === userId) found.push(record);
    }
    return found.sort((a, b) => b.createdAt - a.createdAt);
  }
}

/** Redis is the only store: a value that does not decode must not look like a logout. */
function recordOrNull(stored: Stored): SessionRecord | null {
  if (stored === 'unreadable') throw new StoreUnavailableError('redis', 'A stored session cannot be decoded.');
  return typeof stored === 'string' ? null : stored;
}
