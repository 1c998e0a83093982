import { TwoGenerationCache } from './two-generation-cache.ts';

describe('a two-generation cache', () => {
  it('keeps what is used and drops what is not', () => {
    const cache = new TwoGenerationCache<string>({ entries: 4 });
    for (const key of ['a', 'b', 'c', 'd']) {
      cache.set(key, key);
      cache.get('a');
    }
    cache.set('e', 'e');
    expect([cache.get('a'), cache.get('b')]).toEqual(['a', undefined]);
  });

  it('is bounded by weight as well', () => {
    const cache = new TwoGenerationCache<string>({ entries: 100, bytes: 20, weightOf: (value) => value.length });
    for (const key of ['a', 'b', 'c']) cache.set(key, 'x'.repeat(10));
    expect([cache.peek('a'), cache.peek('c')]).toEqual([undefined, 'x'.repeat(10)]);
  });

  it('has one value per key, and forgets it on request', () => {
    const cache = new TwoGenerationCache<number>({ entries: 2 });
    cache.set('a', 1);
    cache.set('b', 2);
    cache.set('a', 3);
    expect([...cache.values()].sort((a, b) => a - b)).toEqual([2, 3]);
    cache.delete('a');
    expect(cache.get('a')).toBeUndefined();
    cache.clear();
    expect([...cache.values()]).toEqual([]);
  });
});
