import fc from 'fast-check';
import {
  ATTRIBUTES_LIMIT_BYTES,
  applyChange,
  applyDelta,
  checkSize,
  deltaOf,
  idsOf,
  type AttributeChange,
  type Change,
} from './change.ts';
import { AttributesTooLargeError } from './errors.ts';
import { GRACE_MS } from './policy.ts';
import { newRecord, type Attributes, type SessionRecord } from './record.ts';

const NOW = 1_700_000_000_000;

function recordOf(attributes: Attributes, over: Partial<SessionRecord> = {}): SessionRecord {
  const session = {
    key: 'k'.repeat(43),
    publicId: 'public',
    proof: 'first',
    attributes,
    device: { ip: null, userAgent: null },
    idleSeconds: 60,
    absoluteSeconds: 600,
    authenticated: false,
  };
  return { ...newRecord(session, NOW, 'memory'), ...over };
}

const update = (change: (attributes: Attributes) => Attributes): AttributeChange => ({ kind: 'update', change });
const patch = (value: Attributes): AttributeChange => ({ kind: 'patch', patch: value });
/** What a replica stored in Redis while Postgres was unavailable, merged into `meanwhile`. */
function replayed(before: SessionRecord, change: AttributeChange, meanwhile: SessionRecord): Attributes {
  return applyDelta(meanwhile, deltaOf(before, applyChange(before, change, NOW), change)).attributes;
}

describe('a change', () => {
  it('makes the next version and leaves the record as it was', () => {
    const before = recordOf({ cart: { tea: 1 } });
    const after = applyChange(before, patch({ cart: { milk: 2 } }), NOW + 5);
    expect(after).toMatchObject({ version: 2, lastSeenAt: NOW + 5, attributes: { cart: { tea: 1, milk: 2 } } });
    expect(before).toMatchObject({ version: 1, attributes: { cart: { tea: 1 } } });
  });

  it('keeps the owner in step with attribute user', () => {
    const signedIn = applyChange(recordOf({}), patch({ user: { id: 'u1', name: 'Ada' } }), NOW);
    expect(signedIn.userId).toBe('u1');
    expect(applyChange(signedIn, patch({ user: null }), NOW).userId).toBeNull();
  });

  it('gives an update a copy, and takes what JSON would make of its result', () => {
    const before = recordOf({ list: [1], gone: 1 });
    const after = applyChange(
      before,
      update((attributes) => {
        (attributes['list'] as number[]).push(2);
        return { ...attributes, gone: null, at: new Date(NOW) as never, nothing: undefined as never };
      }),
      NOW,
    );
    expect(after.attributes).toEqual({ list: [1, 2], at: new Date(NOW).toISOString() });
    expect(before.attributes).toEqual({ list: [1], gone: 1 });
  });

  it('refuses one byte more than 64 KiB, counted in UTF-8', () => {
    const empty = JSON.stringify({ a: '' }).length;
    const full = 'x'.repeat(ATTRIBUTES_LIMIT_BYTES - empty);
    expect(() => checkSize({ a: full })).not.toThrow();
    expect(() => checkSize({ a: `${full}x` })).toThrow(AttributesTooLargeError);
    expect(() => checkSize({ a: 'ä'.repeat(full.length / 2 + 1) })).toThrow(AttributesTooLargeError);
  });
});

describe('a renewal of the id', () => {
  const renew = (record: SessionRecord, step: 'issue' | 'confirm' | 'replace', proof: string, now = NOW) =>
    applyChange(record, { kind: 'renew', step, proof }, now);

  it('puts an issued id in force only when the client uses it', () => {
    const issued = renew(recordOf({}), 'issue', 'second');
    expect(issued).toMatchObject({ proof: 'first', nextProof: 'second', previousProof: null, version: 2 });
    const confirmed = renew(issued, 'confirm', 'second', NOW + 1);
    expect(confirmed).toMatchObject({ proof: 'second', nextProof: null, previousProof: 'first', renewedAt: NOW + 1 });
  });

  it('issues one id at a time, and another when the first was never used', () => {
    const issued = renew(recordOf({}), 'issue', 'second');
    expect(renew(issued, 'issue', 'third', NOW + GRACE_MS - 1)).toBe(issued);
    expect(renew(issued, 'issue', 'third', NOW + GRACE_MS).nextProof).toBe('third');
  });

  it('puts the third issued id in force if the client used none, and confirms it without a second grace of the old one', () => {
    const times = [0, 1, 2].map((issue) => NOW + issue * GRACE_MS);
    const third = times.reduce((record, at, i) => renew(record, 'issue', `issue ${i + 1}`, at), recordOf({}));
    expect(third).toMatchObject({ proof: 'issue 3', previousProof: 'first', renewedAt: times[2] });
    const confirmed = renew(third, 'confirm', 'issue 3', times[2]! + 1);
    expect(confirmed).toMatchObject({ proof: 'issue 3', nextProof: null, previousProof: 'first', renewedAt: times[2] });
  });

  it('issues none before the id is old enough, by the clock of the store', () => {
    const early: Change = { kind: 'renew', step: 'issue', proof: 'second', renewSeconds: 900 };
    const record = recordOf({});
    expect(applyChange(record, early, NOW + 899_999)).toBe(record);
    expect(applyChange(record, early, NOW + 900_000).nextProof).toBe('second');
  });

  it('confirms no id but the issued one', () => {
    const issued = renew(recordOf({}), 'issue', 'second');
    expect(renew(issued, 'confirm', 'other')).toBe(issued);
  });

  it('leaves no old id in force when the user proved again who they are', () => {
    const issued = renew(recordOf({}), 'issue', 'second');
    const replaced = renew(issued, 'replace', 'third', NOW + 1);
    expect(replaced).toMatchObject({ proof: 'third', nextProof: null, previousProof: 'first', authenticatedAt: NOW + 1 });
  });

  it('gives no old id a second grace when another one is issued', () => {
    const confirmed = renew(renew(recordOf({}), 'issue', 'second'), 'confirm', 'second');
    expect(renew(confirmed, 'issue', 'third', NOW + GRACE_MS)).toMatchObject({ previousProof: null });
    const replaced = renew(recordOf({}), 'replace', 'second', NOW + 1);
    expect(renew(replaced, 'issue', 'third', NOW + 2)).toMatchObject({ previousProof: null });
  });
});

describe('what was changed while Postgres was unavailable', () => {
  it('gives the same result on the same record', () => {
    const numbers = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: -1e6, max: 1e6 }), { noNullPrototype: true });
    const documents = fc.record(
      { count: fc.integer({ min: -9, max: 9 }), cart: numbers, name: fc.string() },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(documents, documents, fc.boolean(), (from, to, asUpdate) => {
        const before = recordOf(from);
        const change = asUpdate ? update(() => to) : patch({ count: to.count, cart: to.cart });
        const after = applyChange(before, change, NOW);
        expect(applyDelta(before, deltaOf(before, after, change)).attributes).toEqual(after.attributes);
      }),
    );
  });

  it('adds up counters that ran apart', () => {
    const before = recordOf({ cart: { tea: 1 } });
    const meanwhile = recordOf({ cart: { tea: 4, milk: 1 } }, { version: 5 });
    const add = update((attributes) => ({ ...attributes, cart: { ...(attributes['cart'] as object), tea: 3, sugar: 2 } }));
    expect(replayed(before, add, meanwhile)).toEqual({ cart: { tea: 6, milk: 1, sugar: 2 } });
  });

  it('replaces what a save set, and keeps what others changed beside it', () => {
    const before = recordOf({ preferences: { theme: 'light' }, count: 1 });
    const meanwhile = recordOf({ preferences: { theme: 'system', density: 'compact' }, count: 7 });
    expect(replayed(before, patch({ preferences: { theme: 'dark' } }), meanwhile)).toEqual({
      preferences: { theme: 'dark', density: 'compact' },
      count: 7,
    });
  });

  it('removes an article that an update removed', () => {
    const before = recordOf({ cart: { tea: 1, milk: 1 } });
    const meanwhile = recordOf({ cart: { tea: 1, milk: 1, sugar: 5 } });
    expect(
      replayed(
        before,
        update(() => ({ cart: { tea: 1 } })),
        meanwhile,
      ),
    ).toEqual({ cart: { tea: 1, sugar: 5 } });
  });

  it('carries a new id, and no attributes with it', () => {
    const before = recordOf({ a: 1 });
    const after = applyChange(before, { kind: 'renew', step: 'replace', proof: 'second' }, NOW + 9);
    const merged = applyDelta(recordOf({ a: 2 }), { patch: null, add: null, renew: idsOf(after) });
    expect(merged).toMatchObject({ proof: 'second', renewedAt: NOW + 9, authenticatedAt: NOW + 9, attributes: { a: 2 } });
  });
});
