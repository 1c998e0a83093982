import fc from 'fast-check';
import { applyPatch, copy, difference } from './merge-patch.ts';
import type { Attributes, Json } from './record.ts';

/** RFC 7396, appendix A: original, patch, result. */
const APPENDIX_A: readonly [Json, Json, Json][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

// A random JSON document that fits the limit; names that objects treat specially appear often enough to be tried.
const names = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('a', 'b', 'constructor', 'toString', '__proto__', 'length'));
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.string({ maxLength: 5 }),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(names, tie('json'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const attributes = fc.dictionary(names, json, { maxKeys: 5, noNullPrototype: true }) as fc.Arbitrary<Attributes>;

/** What a session makes of JSON: members that are null, and the one name that writes to the prototype, are absent. */
function kept(value: Json): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([name, member]) => member !== null && name !== '__proto__');
  return Object.fromEntries(members.map(([name, member]) => [name, kept(member)]));
}
/** As text and back: no prototypes, no undefined. Inside arrays `__proto__` goes as well. */
const plain = (value: Json) => JSON.parse(JSON.stringify(copy(value))) as Json;

describe('JSON Merge Patch', () => {
  it.each(APPENDIX_A)('passes RFC 7396 appendix A: %j with %j becomes %j', (target, patch, result) => {
    expect(applyPatch(target, patch)).toEqual(result);
  });

  it('turns what was loaded into what was left behind', () => {
    fc.assert(
      fc.property(attributes, attributes, (before, after) => {
        const start = kept(before) as Attributes;
        const patch = difference(start, after);
        expect(plain(applyPatch(start, patch ?? {}))).toEqual(plain(kept(after)));
      }),
    );
  });

  it('finds nothing to change between equal documents', () => {
    fc.assert(
      fc.property(attributes, (document) => {
        const left = copy(kept(document)) as Attributes;
        expect(difference(left, copy(left))).toBeNull();
      }),
    );
  });

  it('changes neither the target nor the patch', () => {
    fc.assert(
      fc.property(attributes, attributes, (target, patch) => {
        const [before, sent] = [JSON.stringify(target), JSON.stringify(patch)];
        const result = applyPatch(target, patch) as Attributes;
        for (const name of Object.keys(result)) delete result[name];
        expect([JSON.stringify(target), JSON.stringify(patch)]).toEqual([before, sent]);
      }),
    );
  });

  it('lets patches of different paths be applied in any order', () => {
    const start: Attributes = { cart: { tea: 1 }, preferences: { theme: 'dark' } };
    const [one, two] = [{ cart: { tea: 2 } }, { cart: { milk: 1 }, preferences: { theme: null } }];
    const expected = { cart: { tea: 2, milk: 1 }, preferences: {} };
    expect(applyPatch(applyPatch(start, one), two)).toEqual(expected);
    expect(applyPatch(applyPatch(start, two), one)).toEqual(expected);
  });

  it('writes to no prototype', () => {
    const patch = JSON.parse(
      '{"__proto__":{"admin":1},"a":{"__proto__":{"admin":1}},"constructor":{"prototype":{"admin":1}}}',
    ) as Json;
    const result = applyPatch({}, patch) as { a: object };
    expect(({} as { admin?: number }).admin).toBeUndefined();
    expect((result as { admin?: number }).admin).toBeUndefined();
    expect(Object.getPrototypeOf(result.a)).toBe(Object.prototype);
    expect(difference({}, patch as Attributes)).toEqual({ a: {}, constructor: { prototype: { admin: 1 } } });
  });
});
