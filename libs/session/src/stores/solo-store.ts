import { checkSize } from '../model/change.ts';
import { newRecord, type NewSession, type SessionRecord } from '../model/record.ts';
import type { RevocationReason } from '../model/revocation.ts';
import type { CreateOptions, RevokeAllOptions, SessionStore, Tx } from '../model/store.ts';
import { ChangingStore } from './changing-store.ts';
import type { Database } from './postgres/database.ts';

const NO_TRANSACTION: Tx = { query: () => Promise.resolve([]) };

/**
 * A store without transactions of its own, perhaps beside the application's database. What must be checked or written
 * together with a creation or a revocation commits in Postgres first; if it fails, no session is created or revoked.
 */
export abstract class SoloStore extends ChangingStore implements SessionStore {
  protected abstract readonly name: SessionRecord['readFrom'];

  constructor(private readonly database: Database | null) {
    super();
  }

  /** Of this process, for stores without a clock of their own. */
  async now(): Promise<number> {
    return Date.now();
  }

  abstract find(key: string): Promise<SessionRecord | null>;
  abstract touch(record: SessionRecord): Promise<boolean>;
  abstract revoke(key: string, reason: RevocationReason, base?: SessionRecord): Promise<boolean>;
  protected abstract insert(record: SessionRecord): Promise<unknown>;
  /** Every live session. There is no index of users. */
  protected abstract all(): Promise<SessionRecord[]>;

  async create(session: NewSession, { guard }: CreateOptions = {}): Promise<SessionRecord> {
    checkSize(session.attributes);
    await this.beforehand(guard);
    const record = newRecord(session, await this.now(), this.name);
    await this.insert(record);
    return record;
  }

  async revokeAll(userId: string, { exceptKey, within, reason = 'revoke all' }: RevokeAllOptions = {}): Promise<number> {
    await this.beforehand(within);
    const sessions = (await this.listByUser(userId)).filter(({ key }) => key !== exceptKey);
    await Promise.all(sessions.map((record) => this.revoke(record.key, reason, record)));
    return sessions.length;
  }

  async listByUser(userId: string): Promise<SessionRecord[]> {
    return (await this.all()).filter((record) => record.userId === userId).sort((a, b) => b.createdAt - a.createdAt);
  }

  private async beforehand(work: ((tx: Tx) => Promise<void>) | undefined): Promise<void> {
    await (this.database === null ? work?.(NO_TRANSACTION) : work && this.database.transaction(work));
  }
}
