import { AttributesTooLargeError } from './errors.ts';
import { applyPatch, copy, difference, dropNulls, isObject, type MergePatch } from './merge-patch.ts';
import { isUnconfirmed, issueAfterMs, judgeProof } from './policy.ts';
import { userIdOf, type Attributes, type Json, type SessionRecord } from './record.ts';

/** A change of one session that can be applied again to a newer record when a compare-and-set finds a conflict. */
export type Change = AttributeChange | ({ readonly kind: 'renew' } & Renewal);

export type AttributeChange =
  | { readonly kind: 'patch'; readonly patch: MergePatch }
  | { readonly kind: 'update'; readonly change: (attributes: Attributes) => Attributes };

/** A new id for the session. */
export type Renewal =
  /**
   * Issued to the client, but not in force until the client uses it: a lost response logs nobody out. The third in a row comes
   * into force by itself, because a thief may take them all. `renewSeconds`: the age at which an id gets a successor.
   */
  | { readonly step: 'issue'; readonly proof: string; readonly renewSeconds?: number }
  /** The client used the issued id: from now on it is the id, and the one before is honoured for the grace window. */
  | { readonly step: 'confirm'; readonly proof: string }
  /** The user proved again who they are: the new id is in force at once and the old one is void. */
  | { readonly step: 'replace'; readonly proof: string };

/**
 * What a change adds to the version while Postgres is unavailable. Equal versions must mean equal contents, also when one replica
 * writes to Postgres and another, cut off from it, to Redis: so their numbers never meet.
 */
export const OUTAGE_STEP = 1_000_000;

/** How much one session may hold: attributes as JSON in UTF-8. */
export const ATTRIBUTES_LIMIT_BYTES = 64 * 1024;

/** The next version of the record. Pure but for `update`, whose function must not look outside its argument. */
export function applyChange(record: SessionRecord, change: Change, now: number): SessionRecord {
  if (change.kind === 'renew') return renewed(record, change, now);
  const attributes =
    change.kind === 'patch'
      ? (applyPatch(record.attributes, change.patch) as Attributes)
      : normal(change.change(copy(record.attributes)));
  checkSize(attributes);
  return { ...record, attributes, userId: userIdOf(attributes), version: record.version + 1, lastSeenAt: now };
}

function renewed(record: SessionRecord, renewal: Renewal, now: number): SessionRecord {
  const next = { ...record, version: record.version + 1, lastSeenAt: now, renewedAt: now };
  switch (renewal.step) {
    case 'issue':
      // Of parallel requests that all find a renewal due, one issues the id; the others change nothing.
      if (now - record.renewedAt < issueAfterMs(record, renewal.renewSeconds ?? 0)) return record;
      return issued(record, next, renewal.proof, now);
    case 'confirm':
      if (record.nextProof !== renewal.proof) return record;
      if (isUnconfirmed(record)) return { ...next, nextProof: null, renewedAt: record.renewedAt };
      return { ...next, proof: renewal.proof, previousProof: record.proof, nextProof: null };
    case 'replace':
      return { ...next, proof: renewal.proof, previousProof: record.proof, nextProof: null, authenticatedAt: now };
  }
}

/** An own proof as the previous one marks the second id that was issued and not used. */
function issued(record: SessionRecord, next: SessionRecord, nextProof: string, now: number): SessionRecord {
  const { proof } = record;
  // The response with the id in force was lost too. This one takes its place, and the older id gets no more time.
  if (isUnconfirmed(record)) return { ...next, proof: nextProof, nextProof: proof, renewedAt: record.renewedAt };
  if (record.nextProof === null) return { ...next, nextProof, previousProof: stillGraced(record, now) };
  if (record.previousProof !== proof) return { ...next, nextProof, previousProof: proof };
  return { ...next, proof: nextProof, nextProof, previousProof: proof };
}

/** Issuing starts the clock again: an id whose grace is over, or that never had one, must not get another. */
function stillGraced(record: SessionRecord, now: number): string | null {
  const { previousProof } = record;
  return previousProof !== null && judgeProof(record, previousProof, now) === 'grace' ? previousProof : null;
}

/** What JSON would make of it: no undefined, no null members, nothing shared with the caller. */
function normal(attributes: Attributes): Attributes {
  return dropNulls(JSON.parse(JSON.stringify(attributes)) as Attributes);
}

export function checkSize(attributes: Attributes): void {
  const text = JSON.stringify(attributes);
  // A UTF-16 unit is at most three bytes: short texts need no counting.
  if (text.length * 3 <= ATTRIBUTES_LIMIT_BYTES) return;
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > ATTRIBUTES_LIMIT_BYTES) throw new AttributesTooLargeError(bytes, ATTRIBUTES_LIMIT_BYTES);
}

/**
 * What was changed while Postgres was unavailable, in a form that can be merged into a record that moved on meanwhile.
 * `add` holds the differences of numbers that an `update` computed: two counters that ran apart add up, where two
 * replaced values could only lose one.
 */
export interface Delta {
  readonly patch: MergePatch | null;
  readonly add: MergePatch | null;
  /** Only from a version before, which changed ids in Redis too. */
  readonly renew: Ids | null;
}

/** What a renewal changes. */
export type Ids = Pick<SessionRecord, 'proof' | 'previousProof' | 'nextProof' | 'renewedAt' | 'authenticatedAt'>;

export function idsOf({ proof, previousProof, nextProof, renewedAt, authenticatedAt }: SessionRecord): Ids {
  return { proof, previousProof, nextProof, renewedAt, authenticatedAt };
}

export function deltaOf(before: SessionRecord, after: SessionRecord, change: AttributeChange): Delta {
  const patch = difference(before.attributes, after.attributes);
  if (change.kind === 'patch' || patch === null) return { patch, add: null, renew: null };
  const add: MergePatch = {};
  const rest = splitNumbers(patch, before.attributes, add);
  return { patch: rest, add, renew: null };
}

/** Moves the numbers of `patch` into `add`, as differences to `before`; returns what is left. */
function splitNumbers(patch: MergePatch, before: Json | undefined, add: MergePatch): MergePatch {
  const rest: MergePatch = {};
  for (const [name, value] of Object.entries(patch)) {
    const old = isObject(before) && Object.hasOwn(before, name) ? before[name] : undefined;
    if (typeof value === 'number') add[name] = value - (typeof old === 'number' ? old : 0);
    else if (isObject(value)) rest[name] = splitNumbers(value, old, (add[name] = {}));
    else rest[name] = value;
  }
  return rest;
}

export function applyDelta(record: SessionRecord, delta: Delta): SessionRecord {
  const patched = applyPatch(record.attributes, delta.patch ?? {});
  const attributes = addNumbers(patched, delta.add ?? {}) as Attributes;
  return { ...record, ...delta.renew, attributes, userId: userIdOf(attributes), version: record.version + 1 };
}

function addNumbers(target: Json | undefined, add: Json): Json {
  if (typeof add === 'number') return (typeof target === 'number' ? target : 0) + add;
  if (!isObject(add)) return target ?? null;
  const result: { [name: string]: Json } = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(add))
    result[name] = addNumbers(Object.hasOwn(result, name) ? result[name] : undefined, value);
  return result;
}
