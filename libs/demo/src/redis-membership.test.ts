import { createClient } from 'redis';
import { onCleanup } from '../../../test/support/cleanup.ts';
import { testRedis } from '../../../test/support/servers.ts';
import type { Heartbeat } from './heartbeat.ts';
import { RedisMembership } from './redis-membership.ts';

type Redis = Parameters<RedisMembership['announce']>[0];

const KEY = 'members';

function heartbeat(instance: string): Heartbeat {
  return {
    app: 'portal',
    replica: instance,
    version: '1',
    instance,
    upSeconds: 1,
    requestsPerSecond: 0,
    draining: false,
    lookups: {},
  };
}

describe('membership in Redis', () => {
  const membership = new RedisMembership(KEY);
  let redis: Redis;
  let client: Awaited<ReturnType<typeof connected>>;

  beforeAll(async () => {
    client = await connected();
    redis = { ask: (work: (commands: unknown) => unknown) => work(client) } as unknown as Redis;
  });

  beforeEach(() => client.flushAll());

  const announce = async (instance: string) => {
    const { command, heartbeats } = await membership.announce(redis, heartbeat(instance));
    return { command, members: heartbeats.map((other) => other.instance).toSorted() };
  };

  it('returns replicas with a recent heartbeat, and none that left', async () => {
    await announce('one');
    expect(await announce('two')).toEqual({ command: '', members: ['one', 'two'] });
    await membership.leave(redis, 'one');
    expect(await announce('two')).toEqual({ command: '', members: ['two'] });
  });

  it('drops a replica without a recent heartbeat', async () => {
    await client.hSet(KEY, 'silent', `1 ${JSON.stringify(heartbeat('silent'))}`);
    expect(await announce('one')).toEqual({ command: '', members: ['one'] });
  });

  it('delivers a command to one replica, again with every heartbeat', async () => {
    await announce('one');
    await announce('two');
    await membership.sendCommand(redis, 'one', 'crash');
    expect(await announce('two')).toEqual({ command: '', members: ['one', 'two'] });
    expect(await announce('one')).toMatchObject({ command: 'crash' });
    expect(await announce('one')).toMatchObject({ command: 'crash' });
  });

  it('keeps no command for a replica that has left', async () => {
    await announce('one');
    await membership.sendCommand(redis, 'one', 'crash');
    await membership.leave(redis, 'one');
    await announce('two');
    expect(await client.hKeys(KEY)).toEqual(['two']);
  });
});

async function connected() {
  const client = createClient({ url: (await testRedis()).url });
  onCleanup(() => client.destroy());
  return client.connect();
}
