import type { Change } from '../model/change.ts';
import type { NewSession, SessionRecord } from '../model/record.ts';
import type { RevocationReason } from '../model/revocation.ts';
import type { CreateOptions, RevokeAllOptions, SessionStore } from '../model/store.ts';
import { ChangingStore } from './changing-store.ts';
import type { Database } from './postgres/database.ts';

export function withDatabase(store: ChangingStore & SessionStore, database: Database | null): SessionStore {
  return database === null ? store : new WithDatabase(store, database);
}

/**
 * A store without transactions of its own, beside the application's database. What must be checked or written together
 * with a creation or a revocation commits in Postgres first; if it fails, no session is created or revoked.
 */
class WithDatabase extends ChangingStore implements SessionStore {
  constructor(
    private readonly store: ChangingStore & SessionStore,
    private readonly database: Database,
  ) {
    super();
  }

  async create(session: NewSession, { guard, ...options }: CreateOptions = {}): Promise<SessionRecord> {
    if (guard) await this.database.transaction(guard);
    return this.store.create(session, options);
  }

  async revokeAll(userId: string, { within, ...options }: RevokeAllOptions = {}): Promise<number> {
    if (within) await this.database.transaction(within);
    return this.store.revokeAll(userId, options);
  }

  find(key: string): Promise<SessionRecord | null> {
    return this.store.find(key);
  }

  change(key: string, change: Change, base?: SessionRecord): Promise<SessionRecord | null> {
    return this.store.change(key, change, base);
  }

  touch(record: SessionRecord): Promise<boolean> {
    return this.store.touch(record);
  }

  revoke(key: string, reason: RevocationReason, base?: SessionRecord): Promise<boolean> {
    return this.store.revoke(key, reason, base);
  }

  listByUser(userId: string): Promise<SessionRecord[]> {
    return this.store.listByUser(userId);
  }
}
