import { Peppers, isSessionId, type StoredId } from '../model/id.ts';
import { judgeNewest, judgeProof, type IdVerdict } from '../model/policy.ts';
import type { SessionRecord } from '../model/record.ts';
import { THEFT } from '../model/revocation.ts';
import type { SessionStore } from '../model/store.ts';

export interface Found {
  readonly record: SessionRecord;
  readonly verdict: Exclude<IdVerdict, 'replaced' | 'stolen'>;
  readonly proof: string;
}

/** From the id in a cookie to the session, if there is one. */
export class SessionLookup {
  constructor(
    private readonly store: SessionStore,
    private readonly peppers: Peppers,
  ) {}

  /**
   * Null also for a malformed id: such an id is never looked up, and never adopted.
   * @throws StoreUnavailableError when no store responds.
   */
  async find(id: string, stored: readonly StoredId[] = this.storedIds(id)): Promise<Found | null> {
    for (const { key, proof } of stored) {
      const record = await this.store.find(key);
      if (record === null) continue;
      const verdict = judgeNewest(record, proof);
      return verdict === null ? this.judgeOlder(record, proof) : { record, verdict, proof };
    }
    return null;
  }

  storedIds(id: string): readonly StoredId[] {
    return isSessionId(id) ? this.peppers.forReading(id) : [];
  }

  /** An old id, unless the copy is behind and does not know the newest one. Its time is that of the stores. */
  private async judgeOlder(copy: SessionRecord, proof: string): Promise<Found | null> {
    const now = await this.store.now();
    if (judgeProof(copy, proof, now) === 'grace') return { record: copy, verdict: 'grace', proof };
    const { key } = copy;
    const record = await this.store.find(key, { newest: true });
    if (record === null) return null;
    const verdict = judgeProof(record, proof, now);
    if (verdict !== 'replaced' && verdict !== 'stolen') return { record, verdict, proof };
    // Two people hold ids of one session and only one of them signed in. It is unknown which one, so the session ends for both.
    if (verdict === 'stolen') await this.store.revoke(key, THEFT, record);
    return null;
  }
}
