import { median, percentile, sorted, spread } from './statistics.ts';

it('takes the middle value, or the mean of the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([1, 2, 3, 100])).toBe(2.5);
});

it('reads percentiles from sorted values', () => {
  const values = sorted(Array.from({ length: 1000 }, (_, i) => 1000 - i));
  expect(percentile(values, 0.5)).toBe(501);
  expect(percentile(values, 0.99)).toBe(991);
  expect(percentile(values, 1)).toBe(1000);
});

it('gives the spread as a share of the median', () => {
  expect(spread([90, 100, 110])).toBeCloseTo(0.1);
});
