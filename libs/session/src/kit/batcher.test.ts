import { Batcher } from './batcher.ts';

const valuesOf = (keys: string[]) => keys.map((key) => (key === 'missing' ? null : `value of ${key}`));

it('sends the reads of one turn together, and resolves each with its own value', async () => {
  const sent: string[][] = [];
  const reads = new Batcher<string, string | null>(async (keys) => {
    sent.push(keys);
    return valuesOf(keys);
  });
  expect(await Promise.all(['a', 'missing', 'b', 'a'].map((key) => reads.add(key)))).toEqual([
    'value of a',
    null,
    'value of b',
    'value of a',
  ]);
  expect(await reads.add('c')).toBe('value of c');
  expect(sent).toEqual([['a', 'missing', 'b', 'a'], ['c']]);
});

it('fails the reads of a batch that failed, and no other', async () => {
  let calls = 0;
  const reads = new Batcher<string, string | null>((keys) =>
    ++calls === 1 ? Promise.reject(new Error('unavailable')) : Promise.resolve(valuesOf(keys)),
  );
  const outcomes = await Promise.allSettled([reads.add('a'), reads.add('b')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await reads.add('a')).toBe('value of a');
});

it('fails only the item whose result is an error', async () => {
  const reads = new Batcher<string, string>(async (keys) => keys.map((key) => (key === 'bad' ? new Error('unreadable') : key)));
  const outcomes = await Promise.allSettled([reads.add('a'), reads.add('bad'), reads.add('b')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('collects for the given time', async () => {
  const sent: string[][] = [];
  const touches = new Batcher<string, string>(async (keys) => (sent.push(keys), keys), { collectMs: 30 });
  const first = touches.add('a');
  await new Promise(setImmediate);
  await Promise.all([first, touches.add('b')]);
  expect(sent).toEqual([['a', 'b']]);
});

it('does not wait for a batch in progress', async () => {
  const first = Promise.withResolvers<(string | null)[]>();
  let calls = 0;
  const reads = new Batcher<string, string | null>((keys) => (++calls === 1 ? first.promise : Promise.resolve(valuesOf(keys))));
  const frozen = reads.add('a');
  await new Promise(setImmediate);
  expect(await reads.add('b')).toBe('value of b');
  first.resolve(['late']);
  expect(await frozen).toBe('late');
});

it('runs one batch at a time if it is serial: what arrives during a batch forms the next', async () => {
  const sent: string[][] = [];
  const first = Promise.withResolvers<void>();
  const saves = new Batcher<string, string>(
    async (keys) => {
      sent.push(keys);
      await first.promise;
      return keys;
    },
    { serial: true },
  );
  const started = saves.add('a');
  await new Promise(setImmediate);
  const later = ['b', 'c'].map((key) => saves.add(key));
  await new Promise(setImmediate);
  expect(sent).toEqual([['a']]);
  first.resolve();
  expect(await Promise.all([started, ...later])).toEqual(['a', 'b', 'c']);
  expect(sent).toEqual([['a'], ['b', 'c']]);
});
