import { createClient } from 'redis';
import { bothUp, postgresUp, redisTrusted, sessionDatabase, storesOfReplica } from '../../../../../test/support/backends.ts';
import { testRedis } from '../../../../../test/support/servers.ts';
import { codecOf } from '../../model/codec.ts';
import type { SessionRecord } from '../../model/record.ts';
import type { Backend, BackendOptions } from '../backend.ts';
import { encodeValue } from '../redis/layout.ts';
import { newSession } from '../session-store.contract.ts';

const encryptionKeys = ['an encryption key of enough randomness'];
const user = { id: 'u1', name: 'Ada', roles: [] };

describe.each(['tiered', 'redis'] as const)('a clear value in place of a sealed one (%s)', (strategy) => {
  let options: Partial<BackendOptions>;
  let redis: ReturnType<typeof createClient>;

  beforeAll(async () => {
    const { url } = await testRedis();
    options = { strategy, encryptionKeys, redis: { url }, databaseUrl: strategy === 'tiered' ? await sessionDatabase() : null };
    redis = createClient({ url });
    await redis.connect();
  });
  afterAll(() => redis.destroy());

  const start = (over: Partial<BackendOptions> = {}): Promise<Backend> =>
    storesOfReplica({ ...options, ...over }, strategy === 'tiered' ? bothUp : redisTrusted);

  /** Replaces the value as somebody does who can write to Redis, but has no key. */
  async function forge(record: SessionRecord): Promise<void> {
    const attributes = { user: { ...user, roles: ['admin'] } };
    const [name] = (await redis.keys(`*:${record.key}`)) as [string];
    const forged = encodeValue({ ...record, attributes, expiresAt: record.expiresAt + 1e9 }, codecOf([]), strategy === 'redis');
    await redis.set(name, forged, { KEEPTTL: true });
  }

  it('is not believed, except while encryption is switched on', async () => {
    const backend = await start();
    const record = await backend.store.create(newSession({ user }));
    await forge(record);
    const found = await backend.store.find(record.key);
    if (strategy === 'tiered')
      expect(found).toMatchObject({ attributes: { user }, expiresAt: record.expiresAt, readFrom: 'postgres' });
    else expect(found).toBeNull();
    expect([...backend.removedKeys]).toEqual(['none']);

    const migrating = await start({ encryptionMigration: true });
    expect(await migrating.store.find(record.key)).toMatchObject({
      attributes: { user: { roles: ['admin'] } },
      readFrom: 'redis',
    });
  });
});

it('a clear row in place of a sealed one is not believed either', async () => {
  const options = { strategy: 'postgres', databaseUrl: await sessionDatabase() } as const;
  const clear = await storesOfReplica(options, postgresUp);
  const record = await clear.store.create(newSession({ user }));
  const find = async (over: Partial<BackendOptions>) =>
    (await storesOfReplica({ ...options, ...over }, postgresUp)).store.find(record.key);
  expect(await find({ encryptionKeys })).toBeNull();
  expect(await find({ encryptionKeys, encryptionMigration: true })).toMatchObject({ attributes: { user } });
});
