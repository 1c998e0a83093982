import { Turns } from './turns.ts';

describe('turns', () => {
  it('run work for one name in order, also after one that failed, and forget the name at the end', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const first = Promise.withResolvers<void>();
    const work = [
      turns.take('ana', async () => {
        await first.promise;
        seen.push('first');
        throw new Error('failed');
      }),
      turns.take('ana', async () => seen.push('second')),
      turns.take('ben', async () => {
        seen.push('other');
        first.resolve();
      }),
    ];
    await Promise.allSettled(work);
    expect(seen).toEqual(['other', 'first', 'second']);
    await Promise.resolve();
    expect(turns.size).toBe(0);
  });
});
