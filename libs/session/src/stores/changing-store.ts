import type { Change, Renewal } from '../model/change.ts';
import type { MergePatch } from '../model/merge-patch.ts';
import type { Attributes, SessionRecord } from '../model/record.ts';
import type { SessionStore } from '../model/store.ts';

/** The three verbs that change a session, for stores that implement them as one: `change`. */
export abstract class ChangingStore implements Pick<SessionStore, 'save' | 'update' | 'renew'> {
  abstract change(key: string, change: Change, base?: SessionRecord): Promise<SessionRecord | null>;

  save(key: string, patch: MergePatch, base?: SessionRecord): Promise<SessionRecord | null> {
    return this.change(key, { kind: 'patch', patch }, base);
  }

  update(key: string, change: (attributes: Attributes) => Attributes, base?: SessionRecord): Promise<SessionRecord | null> {
    return this.change(key, { kind: 'update', change }, base);
  }

  renew(key: string, renewal: Renewal, base?: SessionRecord): Promise<SessionRecord | null> {
    return this.change(key, { kind: 'renew', ...renewal }, base);
  }
}
