import { HashQueue } from './hash-queue.ts';

/** Work that ends when the test says so. */
function tasks(queue: HashQueue) {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const begin = (address: string, name: string) =>
    queue.run(address, async () => {
      started.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
    });
  const end = async (name: string) => {
    ends.get(name)!();
    await new Promise(setImmediate);
  };
  return { started, begin, end };
}

/** As many as may run at once. */
async function occupied(queue: HashQueue) {
  const work = tasks(queue);
  for (let task = 0; work.started.length === task; task++) {
    void work.begin('10.0.0.9', `task ${task}`);
    await new Promise(setImmediate);
  }
  const running = work.started.splice(0);
  return { ...work, running };
}

const refusal = { status: 503, headers: { 'Retry-After': '2' } };

describe('the queue of password hashes', () => {
  it('lets addresses take turns, so that a flood from one delays no other', async () => {
    const { started, begin, end, running } = await occupied(new HashQueue({ HASH_QUEUE: 100, HASH_QUEUE_PER_ADDRESS: 100 }));
    for (let guess = 0; guess < 50; guess++) void begin('10.0.0.1', `guess ${guess}`);
    void begin('10.0.0.2', 'visitor');
    for (const name of running) await end(name);
    await end('guess 0');
    expect(started).toContain('visitor');
  });

  it('refuses what does not fit, per address and in all, and slows down the address', async () => {
    const { begin } = await occupied(new HashQueue({ HASH_QUEUE: 5, HASH_QUEUE_PER_ADDRESS: 3 }));
    for (let guess = 0; guess < 3; guess++) void begin('10.0.0.1', `guess ${guess}`);
    const asked = performance.now();
    await expect(begin('10.0.0.1', 'one more')).rejects.toMatchObject(refusal);
    expect(performance.now() - asked).toBeGreaterThan(900);
    void begin('10.0.0.2', 'visitor');
    await expect(begin('10.0.0.3', 'another visitor')).rejects.toMatchObject(refusal);
  });

  it('goes on after work that failed', async () => {
    const queue = new HashQueue({ HASH_QUEUE: 5, HASH_QUEUE_PER_ADDRESS: 3 });
    for (let round = 0; round < 20; round++)
      await expect(queue.run('10.0.0.1', () => Promise.reject(new Error('no store')))).rejects.toThrow('no store');
    expect(await queue.run('10.0.0.1', () => Promise.resolve('hash'))).toBe('hash');
  });
});
