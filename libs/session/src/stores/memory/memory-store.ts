import { applyChange, type Change } from '../../model/change.ts';
import { isLive } from '../../model/policy.ts';
import type { SessionRecord } from '../../model/record.ts';
import type { Database } from '../postgres/database.ts';
import { SoloStore } from '../solo-store.ts';

/** Sessions in the memory of one process: simple, but lost with the process and unknown to every other replica. */
export class MemoryStore extends SoloStore {
  protected readonly name = 'memory';
  private readonly records = new Map<string, SessionRecord>();

  constructor(
    private readonly options: { readonly touchSeconds: number },
    database: Database | null = null,
  ) {
    super(database);
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

  protected async insert(record: SessionRecord): Promise<void> {
    this.records.set(record.key, record);
    if (this.records.size % 1000 === 0) this.forgetEnded();
  }

  protected async all(): Promise<SessionRecord[]> {
    return [...this.records.keys()].map((key) => this.live(key)).filter((record) => record !== null);
  }

  private live(key: string): SessionRecord | null {
    const record = this.records.get(key);
    return record !== undefined && isLive(record, this.options, Date.now()) ? record : null;
  }

  private forgetEnded(): void {
    for (const key of this.records.keys()) if (this.live(key) === null) this.records.delete(key);
  }
}
