import fc from 'fast-check';
import { copy, difference, isSame } from './merge-patch.ts';
import type { Attributes } from './record.ts';

const attributes = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))
  .map((value) => JSON.parse(JSON.stringify(value)) as Attributes)
  .filter((value) => !JSON.stringify(value).includes('null'));

/** Every object and array inside, itself included. */
function parts(value: unknown, found: object[] = []): object[] {
  if (typeof value !== 'object' || value === null) return found;
  found.push(value);
  for (const member of Object.values(value)) parts(member, found);
  return found;
}

describe('a copy', () => {
  it('equals its source and shares nothing with it', () => {
    fc.assert(
      fc.property(attributes, (source) => {
        const own = copy(source);
        if (!JSON.stringify(source).includes('__proto__')) expect(own).toEqual(source);
        const shared = new Set(parts(source));
        expect(parts(own).filter((part) => shared.has(part))).toEqual([]);
      }),
    );
  });

  it('has no member that would change what an object inherits', () => {
    const own = copy(JSON.parse('{"a": {"__proto__": {"admin": true}, "b": 1}}') as Attributes);
    expect(own).toEqual({ a: { b: 1 } });
    expect(Object.hasOwn(own['a'] as object, '__proto__')).toBe(false);
    expect((own['a'] as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('the quick comparison', () => {
  it('never calls something the same that has a difference', () => {
    fc.assert(
      fc.property(attributes, attributes, (before, after) => {
        expect(isSame(before, after) && difference(before, after) !== null).toBe(false);
      }),
    );
  });

  it('knows a copy', () => {
    const source = { user: { id: 'u1', roles: ['customer'] }, cart: { tea: 2 }, seen: [1, [2, { three: 3 }]], dark: true };
    expect(isSame(source, copy(source))).toBe(true);
  });

  it.each([
    ['a changed number deep inside', { a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 3 }] } }],
    ['a shorter array', { a: [1, 2] }, { a: [1] }],
    ['an array in place of an object', { a: {} }, { a: [] }],
    ['an object in place of an array', { a: [] }, { a: {} }],
    ['a removed member', { a: { b: 1, c: 2 } }, { a: { b: 1 } }],
    ['another name with as many members', { a: { b: 1 } }, { a: { c: 1 } }],
    ['a member more', { a: { b: 1 } }, { a: { b: 1, c: 2 } }],
    ['an inherited member', { a: { b: 1 } }, { a: Object.create({ b: 1 }) as object }],
    ['an object of a class', { a: { b: 1 } }, { a: Object.assign(new (class Cart {})(), { b: 1 }) }],
    ['a member that JSON would not see', { a: { b: 1 } }, { a: Object.defineProperty({}, 'b', { value: 1, enumerable: false }) }],
    ['not a number', { a: 1 }, { a: Number.NaN }],
  ])('does not overlook %s', (_what, before, after) => {
    expect(isSame(before as Attributes, after)).toBe(false);
  });
});
