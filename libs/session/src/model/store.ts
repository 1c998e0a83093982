import type { Renewal } from './change.ts';
import type { MergePatch } from './merge-patch.ts';
import type { Attributes, NewSession, SessionRecord } from './record.ts';
import type { RevocationReason } from './revocation.ts';

/**
 * Where sessions live. Every backend keeps these promises, and so does the composite of two.
 *
 * - Null and false always mean "there is no such live session": missing, expired or revoked.
 * - A throw always means "cannot tell" (StoreUnavailableError), or reports what is wrong with the change itself.
 * - Only `create` makes a session. Nothing makes an ended session live again.
 * - A change is visible to every call that begins after it returned.
 * - Records are shared between callers and must not be changed by them.
 */
export interface SessionStore {
  /** Stores a new session, version 1. The key must be new. */
  create(session: NewSession, options?: CreateOptions): Promise<SessionRecord>;
  find(key: string, options?: FindOptions): Promise<SessionRecord | null>;
  /** The time by the clock of the store, in epoch milliseconds. It decides about grace and theft; a replica's clock does not. */
  now(): Promise<number>;
  /** Applies a difference. Changes of different paths by concurrent callers all survive. `base` is the record the caller loaded: it spares a read. */
  save(key: string, patch: MergePatch, base?: SessionRecord): Promise<SessionRecord | null>;
  /** Exact read-modify-write: `change` gets the newest attributes and may run more than once. */
  update(key: string, change: (attributes: Attributes) => Attributes, base?: SessionRecord): Promise<SessionRecord | null>;
  /** Gives the session a new id. */
  renew(key: string, renewal: Renewal, base?: SessionRecord): Promise<SessionRecord | null>;
  /** The session was used: its idle time starts again. */
  touch(record: SessionRecord): Promise<boolean>;
  /** Ends the session for good. False: it had ended already. */
  revoke(key: string, reason: RevocationReason, base?: SessionRecord): Promise<boolean>;
  /** Ends all sessions of a user, also those whose login is in progress. Returns how many. */
  revokeAll(userId: string, options?: RevokeAllOptions): Promise<number>;
  /** Live sessions, newest first. */
  listByUser(userId: string): Promise<SessionRecord[]>;
}

/** Statements inside the transaction of a store's change. */
export interface Tx {
  query<T extends object>(sql: string, params?: unknown[]): Promise<T[]>;
}

export interface FindOptions {
  /** Asks wherever changes are written first, not a copy that may be behind by the revocation bound. Slower. */
  readonly newest?: boolean;
}

export interface CreateOptions {
  /** Runs inside the inserting transaction, under the user's lock. Throws to refuse the session. */
  readonly guard?: (tx: Tx) => Promise<void>;
}

export interface RevokeAllOptions {
  readonly exceptKey?: string;
  /** Default: 'revoke all'. */
  readonly reason?: RevocationReason;
  /** The revoked sessions keep their owner's id and nothing else of what they held: no attributes, no device. */
  readonly erase?: boolean;
  /** Statements that must happen together with the revocation, such as storing a new password. */
  readonly within?: (tx: Tx) => Promise<void>;
}
