import { jest } from '@jest/globals';
import type { StoreHealth } from '@baton/session';
import type { Faults } from './faults.ts';
import type { RedisRoll } from './redis-roll.ts';
import { RollCall } from './roll-call.ts';
import type { Self } from './self.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('an order that Redis repeats at every call', () => {
  it('is obeyed once, and another one after it too', async () => {
    const orders = ['', 'stop', 'stop', 'stop', 'crash', 'crash'];
    const call = jest.fn(() => Promise.resolve({ order: orders.shift() ?? '', beats: [] }));
    const obey = jest.fn<(action: string) => void>();
    const rollCall = new RollCall(
      null,
      { redis: () => ({}) } as unknown as StoreHealth,
      { obey } as unknown as Faults,
      { call, leave: () => Promise.resolve() } as unknown as RedisRoll,
      { beat: () => ({ instance: 'one' }), instance: 'one' } as unknown as Self,
    );
    rollCall.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(5500);
    await rollCall.onApplicationShutdown();
    expect(orders).toEqual([]);
    expect(obey.mock.calls).toEqual([['stop'], ['crash']]);
  });
});
