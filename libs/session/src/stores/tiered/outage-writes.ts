import { randomBytes } from 'node:crypto';
import { OUTAGE_STEP, checkSize, deltaOf, type AttributeChange } from '../../model/change.ts';
import type { Codec } from '../../model/codec.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import { newRecord, userIdOf, type NewSession, type SessionRecord } from '../../model/record.ts';
import type { RedisCopy } from '../redis/redis-copy.ts';
import type { Beats } from './beats.ts';
import { encodeEntry, type PendingEntry } from './pending.ts';

/** Writes to Redis while Postgres is unavailable. Each stores an entry for Postgres in the same step. */
export class OutageWrites {
  constructor(
    private readonly redis: RedisCopy,
    private readonly codec: Codec,
    private readonly beats: Beats,
  ) {}

  /** Users are in Postgres, so a login needs it and fails with `why`. An anonymous session does not. */
  async create(session: NewSession, why: unknown): Promise<SessionRecord> {
    if (!(why instanceof StoreUnavailableError) || userIdOf(session.attributes) !== null) throw why;
    checkSize(session.attributes);
    this.refuseIfStuck();
    const record = newRecord(session, await this.redis.now(), 'redis');
    await this.redis.create(record, this.entry(record.key, { id: newWriteId(), version: record.version, created: record }));
    this.beats.postgresMissed();
    return record;
  }

  /** `id` is that of the write to Postgres that failed: it may have happened after all. */
  async change(key: string, change: AttributeChange, id: string, base?: SessionRecord): Promise<SessionRecord | null> {
    this.refuseIfStuck();
    const result = await this.redis.change(key, change, base, {
      step: OUTAGE_STEP,
      entry: (before, after) => this.entry(key, { id, version: after.version, delta: deltaOf(before, after, change) }),
    });
    this.beats.postgresMissed();
    return result === 'tombstone' ? null : known(result);
  }

  async revoke(key: string, reason: string, base?: SessionRecord): Promise<boolean> {
    this.refuseIfStuck();
    const stored = base ?? (await this.redis.read(key));
    if (stored === 'tombstone') return false;
    const record = known(stored);
    const entry = this.entry(key, { id: newWriteId(), version: record.version, revoked: reason });
    const result = await this.redis.revoke(record, entry);
    this.beats.postgresMissed();
    return known(result) === 'revoked';
  }

  private refuseIfStuck(): void {
    if (this.beats.isBacklogStuck)
      throw new StoreUnavailableError('sessions', 'Postgres is out of reach here, and changes in Redis are not brought to it.');
  }

  private entry(key: string, entry: PendingEntry): string {
    return encodeEntry(entry, key, this.codec);
  }
}

/** A session that Redis does not hold may still be live in Postgres. */
function known<T>(result: T): Exclude<T, 'absent' | 'removed key' | 'unreadable'> {
  if (result === 'absent' || result === 'removed key' || result === 'unreadable')
    throw new StoreUnavailableError('sessions', 'Redis does not hold the session and Postgres is unavailable.');
  return result as Exclude<T, 'absent' | 'removed key' | 'unreadable'>;
}

function newWriteId(): string {
  return randomBytes(5).toString('base64url');
}
