import { Random } from './random.ts';

const draws = (random: Random, count = 50) => Array.from({ length: count }, () => random.next());

describe('Random', () => {
  it('returns the same numbers for the same seed and other numbers for another seed', () => {
    expect(draws(new Random(7))).toEqual(draws(new Random(7)));
    expect(draws(new Random(7))).not.toEqual(draws(new Random(8)));
  });

  it('gives each client a stream that does not depend on draws from other streams', () => {
    const [early, late] = [new Random(7), new Random(7)];
    const other = late.fork('other');
    draws(other);
    expect(draws(early.fork('one'))).toEqual(draws(late.fork('one')));
    expect(draws(early.fork('one'))).not.toEqual(draws(early.fork('two')));
  });

  it('returns integers between both bounds, inclusive', () => {
    const random = new Random(1);
    const seen = new Set(Array.from({ length: 500 }, () => random.between(3, 6)));
    expect([...seen].sort((a, b) => a - b)).toEqual([3, 4, 5, 6]);
  });

  it('picks by weight', () => {
    const random = new Random(2);
    const picks = Array.from({ length: 4000 }, () => random.weighted({ often: 3, rarely: 1, never: 0 }));
    const often = picks.filter((pick) => pick === 'often').length;
    expect(often).toBeGreaterThan(2800);
    expect(often).toBeLessThan(3200);
    expect(picks).not.toContain('never');
  });

  it('keeps every element when shuffling', () =>
    expect(new Random(3).shuffled([1, 2, 3, 4, 5]).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]));
});
