import { jest } from '@jest/globals';
import type { StoreHealth } from '@baton/session';
import type { FaultCommands } from './fault-commands.ts';
import { Membership } from './membership.ts';
import type { RedisMembership } from './redis-membership.ts';
import type { Self } from './self.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a command that Redis repeats with every heartbeat', () => {
  it('is executed once, and the next one too', async () => {
    const commands = ['', 'stop', 'stop', 'stop', 'crash', 'crash'];
    const announce = jest.fn(() => Promise.resolve({ command: commands.shift() ?? '', heartbeats: [] }));
    const execute = jest.fn<(action: string) => void>();
    const membership = new Membership(
      null,
      { redis: () => ({}) } as unknown as StoreHealth,
      { execute } as unknown as FaultCommands,
      { announce, leave: () => Promise.resolve() } as unknown as RedisMembership,
      { heartbeat: () => ({ instance: 'one' }), instance: 'one' } as unknown as Self,
    );
    membership.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(5500);
    await membership.onApplicationShutdown();
    expect(commands).toEqual([]);
    expect(execute.mock.calls).toEqual([['stop'], ['crash']]);
  });
});
