import { createHash } from 'node:crypto';
import { Doorkeeper } from './doorkeeper.ts';

/** As random as a key, and the same in every run. */
const keys = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => createHash('sha256').update(`${name} ${i}`).digest('base64url'));

it('knows what was here a moment ago, and nothing else', () => {
  const door = new Doorkeeper();
  const [first, second] = keys('visitor', 2) as [string, string];
  expect([door.knows(first), door.knows(second), door.knows(first), door.knows(second)]).toEqual([false, false, true, true]);
});

it('rejects almost all keys seen once, and admits almost all that return soon', () => {
  const door = new Doorkeeper();
  expect(keys('passer-by', 50_000).filter((key) => door.knows(key)).length).toBeLessThan(50);
  const regulars = keys('regular', 500);
  for (const key of regulars) door.knows(key);
  expect(regulars.filter((key) => door.knows(key)).length).toBeGreaterThan(430);
});
