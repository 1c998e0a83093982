import { ReadBatch } from './read-batch.ts';

const valuesOf = (keys: string[]) => keys.map((key) => (key === 'missing' ? null : `value of ${key}`));

it('sends the reads of one turn together, and answers each with its own value', async () => {
  const sent: string[][] = [];
  const reads = new ReadBatch(async (keys) => {
    sent.push(keys);
    return valuesOf(keys);
  });
  expect(await Promise.all(['a', 'missing', 'b', 'a'].map((key) => reads.get(key)))).toEqual([
    'value of a',
    null,
    'value of b',
    'value of a',
  ]);
  expect(await reads.get('c')).toBe('value of c');
  expect(sent).toEqual([['a', 'missing', 'b', 'a'], ['c']]);
});

it('fails the reads of a batch that failed, and no other', async () => {
  let calls = 0;
  const reads = new ReadBatch((keys) => (++calls === 1 ? Promise.reject(new Error('away')) : Promise.resolve(valuesOf(keys))));
  const outcomes = await Promise.allSettled([reads.get('a'), reads.get('b')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await reads.get('a')).toBe('value of a');
});

it('does not wait for a batch that is under way', async () => {
  const first = Promise.withResolvers<(string | null)[]>();
  let calls = 0;
  const reads = new ReadBatch((keys) => (++calls === 1 ? first.promise : Promise.resolve(valuesOf(keys))));
  const frozen = reads.get('a');
  await new Promise(setImmediate);
  expect(await reads.get('b')).toBe('value of b');
  first.resolve(['late']);
  expect(await frozen).toBe('late');
});
