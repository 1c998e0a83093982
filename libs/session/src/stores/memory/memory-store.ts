import { applyChange, checkSize, type Change } from '../../model/change.ts';
import { isLive } from '../../model/policy.ts';
import { newRecord, type NewSession, type SessionRecord } from '../../model/record.ts';
import type { CreateOptions, RevokeAllOptions, SessionStore, Tx } from '../../model/store.ts';
import { ChangingStore } from '../changing-store.ts';

const NO_TRANSACTION: Tx = { query: () => Promise.resolve([]) };

/** Sessions in the memory of one process: simple, but lost with the process and unknown to every other replica. */
export class MemoryStore extends ChangingStore implements SessionStore {
  private readonly records = new Map<string, SessionRecord>();

  constructor(private readonly options: { readonly touchSeconds: number }) {
    super();
  }

  async create(session: NewSession, options: CreateOptions = {}): Promise<SessionRecord> {
    checkSize(session.attributes);
    await options.guard?.(NO_TRANSACTION);
    const record = newRecord(session, Date.now(), 'memory');
    this.records.set(record.key, record);
    this.forgetEnded();
    return record;
  }

  async find(key: string): Promise<SessionRecord | null> {
    return this.live(key);
  }

  async change(key: string, change: Change): Promise<SessionRecord | null> {
    const record = this.live(key);
    if (record === null) return null;
    const next = applyChange(record, change, Date.now());
    this.records.set(key, next);
    return next;
  }

  async touch({ key }: SessionRecord): Promise<boolean> {
    const record = this.live(key);
    if (record !== null) this.records.set(key, { ...record, lastSeenAt: Date.now() });
    return record !== null;
  }

  async revoke(key: string): Promise<boolean> {
    const wasLive = this.live(key) !== null;
    this.records.delete(key);
    return wasLive;
  }

  async revokeAll(userId: string, options: RevokeAllOptions = {}): Promise<number> {
    await options.within?.(NO_TRANSACTION);
    const revoked = (await this.listByUser(userId)).filter(({ key }) => key !== options.exceptKey);
    for (const { key } of revoked) this.records.delete(key);
    return revoked.length;
  }

  async listByUser(userId: string): Promise<SessionRecord[]> {
    const live = [...this.records.keys()].map((key) => this.live(key)).filter((record) => record?.userId === userId);
    return (live as SessionRecord[]).sort((a, b) => b.createdAt - a.createdAt);
  }

  private live(key: string): SessionRecord | null {
    const record = this.records.get(key);
    return record !== undefined && isLive(record, this.options, Date.now()) ? record : null;
  }

  private forgetEnded(): void {
    if (this.records.size % 1000 !== 0) return;
    for (const key of this.records.keys()) if (this.live(key) === null) this.records.delete(key);
  }
}
