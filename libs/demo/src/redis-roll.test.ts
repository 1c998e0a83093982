import { createClient } from 'redis';
import { onCleanup } from '../../../test/support/cleanup.ts';
import { testRedis } from '../../../test/support/servers.ts';
import type { Beat } from './beat.ts';
import { RedisRoll } from './redis-roll.ts';

type Redis = Parameters<RedisRoll['call']>[0];

const KEY = 'roll';

function beat(instance: string): Beat {
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

describe('the roll in Redis', () => {
  const roll = new RedisRoll(KEY);
  let redis: Redis;
  let client: Awaited<ReturnType<typeof connected>>;

  beforeAll(async () => {
    client = await connected();
    redis = { ask: (work: (commands: unknown) => unknown) => work(client) } as unknown as Redis;
  });

  beforeEach(() => client.flushAll());

  const call = async (instance: string) => {
    const { order, beats } = await roll.call(redis, beat(instance));
    return { order, there: beats.map((other) => other.instance).toSorted() };
  };

  it('names whoever called lately, and nobody who left', async () => {
    await call('one');
    expect(await call('two')).toEqual({ order: '', there: ['one', 'two'] });
    await roll.leave(redis, 'one');
    expect(await call('two')).toEqual({ order: '', there: ['two'] });
  });

  it('forgets who was silent', async () => {
    await client.hSet(KEY, 'silent', `1 ${JSON.stringify(beat('silent'))}`);
    expect(await call('one')).toEqual({ order: '', there: ['one'] });
  });

  it('tells one replica its order, again if it did not hear it', async () => {
    await call('one');
    await call('two');
    await roll.order(redis, 'one', 'crash');
    expect(await call('two')).toEqual({ order: '', there: ['one', 'two'] });
    expect(await call('one')).toMatchObject({ order: 'crash' });
    expect(await call('one')).toMatchObject({ order: 'crash' });
  });

  it('keeps no order for a replica that is gone', async () => {
    await call('one');
    await roll.order(redis, 'one', 'crash');
    await roll.leave(redis, 'one');
    await call('two');
    expect(await client.hKeys(KEY)).toEqual(['two']);
  });
});

async function connected() {
  const client = createClient({ url: (await testRedis()).url });
  onCleanup(() => client.destroy());
  return client.connect();
}
