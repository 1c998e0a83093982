import { RateLimit } from './rate-limit.ts';

it('counts per key, and tells how long to wait', () => {
  const limit = new RateLimit(2);
  expect([limit.take('a', 0), limit.take('a', 1000), limit.take('a', 20_000)]).toEqual([0, 0, 40]);
  expect(limit.take('b', 20_000)).toBe(0);
});

it('does not count what it refuses: the next minute begins on time', () => {
  const limit = new RateLimit(1);
  expect([limit.take('a', 0), limit.take('a', 59_999), limit.take('a', 60_000)]).toEqual([0, 1, 0]);
});

it('has no limit at 0', () => {
  const limit = new RateLimit(0);
  expect(Array.from({ length: 1000 }, () => limit.take('a', 0)).every((seconds) => seconds === 0)).toBe(true);
});
