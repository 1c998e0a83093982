import type { SessionRecord } from './record.ts';

/** Fixed when a session is created. */
export interface Lifetime {
  /** An unused session ends after this time. */
  readonly idleSeconds: number;
  /** A session ends this long after it was created, used or not. */
  readonly absoluteSeconds: number;
}

/** The clocks of a session. Pure: every function takes `now` in epoch milliseconds. */
export interface Policy extends Lifetime {
  /** A session is touched at most once in this time. */
  readonly touchSeconds: number;
  /** A session gets a new id this often. */
  readonly renewSeconds: number;
}

/** The id before a renewal is honoured this long, for requests in progress. */
export const GRACE_MS = 30_000;

/**
 * When the session ends if it is not used again. It is touched only once per touch interval, so the interval is
 * added: a session never ends early, and at most one touch interval late.
 */
export function endsAt(record: SessionRecord, policy: Pick<Policy, 'touchSeconds'>): number {
  return Math.min(record.lastSeenAt + (record.idleSeconds + policy.touchSeconds) * 1000, record.expiresAt);
}

export function isLive(record: SessionRecord, policy: Pick<Policy, 'touchSeconds'>, now: number): boolean {
  return record.revokedAt === null && now < endsAt(record, policy);
}

export function isTouchDue(lastSeenAt: number, policy: Pick<Policy, 'touchSeconds'>, now: number): boolean {
  return now - lastSeenAt >= policy.touchSeconds * 1000;
}

/** A signed-in session gets a new id at this age of the old one, or when the client never used an issued one. */
export function isRenewalDue(record: SessionRecord, policy: Pick<Policy, 'renewSeconds'>, now: number): boolean {
  if (policy.renewSeconds === 0 || record.userId === null) return false;
  return now - record.renewedAt >= issueAfterMs(record, policy.renewSeconds);
}

/** The age at which the id gets a successor. If the client never used the last one, it may not have received it. */
export function issueAfterMs(record: SessionRecord, renewSeconds: number): number {
  if (record.nextProof === null) return renewSeconds * 1000;
  return isUnconfirmed(record) ? GRACE_MS / 2 : GRACE_MS;
}

/** True: the id in force came into force by itself. No client has used it yet. */
export function isUnconfirmed(record: SessionRecord): boolean {
  return record.nextProof === record.proof;
}

export type IdVerdict = 'current' | 'next' | 'grace' | 'replaced' | 'stolen';

/** The verdicts that need no clock. Null: an older id, which is judged by the clock of the stores. */
export function judgeNewest(record: SessionRecord, proof: string): 'current' | 'next' | null {
  if (proof === record.nextProof) return 'next';
  return proof === record.proof ? 'current' : null;
}

/** Judges an id with this record's locator. An old id outside the grace window is held by a thief or by the victim. */
export function judgeProof(record: SessionRecord, proof: string, now: number): IdVerdict {
  const newest = judgeNewest(record, proof);
  if (newest !== null) return newest;
  if (now - record.renewedAt >= GRACE_MS) return 'stolen';
  // A step-up: older ids are void from then on. But other tabs may have sent one a moment before, and that is no theft.
  if (record.previousProof !== null && record.authenticatedAt === record.renewedAt) return 'replaced';
  return proof === record.previousProof ? 'grace' : 'stolen';
}
