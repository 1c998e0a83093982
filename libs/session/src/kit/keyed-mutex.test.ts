import { KeyedMutex } from './keyed-mutex.ts';

describe('a keyed mutex', () => {
  it('runs work for one key in order, also after a failure, and forgets the key at the end', async () => {
    const mutex = new KeyedMutex();
    const seen: string[] = [];
    const first = Promise.withResolvers<void>();
    const work = [
      mutex.run('ana', async () => {
        await first.promise;
        seen.push('first');
        throw new Error('failed');
      }),
      mutex.run('ana', async () => seen.push('second')),
      mutex.run('ben', async () => {
        seen.push('other');
        first.resolve();
      }),
    ];
    await Promise.allSettled(work);
    expect(seen).toEqual(['other', 'first', 'second']);
    await Promise.resolve();
    expect(mutex.size).toBe(0);
  });
});
