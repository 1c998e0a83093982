import { Peppers, isSessionId, type StoredId } from '../model/id.ts';
import { judgeProof, type IdVerdict } from '../model/policy.ts';
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
      const verdict = judgeProof(record, proof, Date.now());
      return isHonoured(verdict) ? { record, verdict, proof } : this.lookAgain(key, proof);
    }
    return null;
  }

  storedIds(id: string): readonly StoredId[] {
    return isSessionId(id) ? this.peppers.forReading(id) : [];
  }

  /** The copy may be behind: it then takes the newest id for a worthless one. */
  private async lookAgain(key: string, proof: string): Promise<Found | null> {
    const record = await this.store.find(key, { newest: true });
    if (record === null) return null;
    const verdict = judgeProof(record, proof, Date.now());
    if (isHonoured(verdict)) return { record, verdict, proof };
    // Two people hold ids of one session and only one of them signed in. It is unknown which one, so the session ends for both.
    if (verdict === 'stolen') await this.store.revoke(key, THEFT, record);
    return null;
  }
}

function isHonoured(verdict: IdVerdict): verdict is Found['verdict'] {
  return verdict !== 'replaced' && verdict !== 'stolen';
}
