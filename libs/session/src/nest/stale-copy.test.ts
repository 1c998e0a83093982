import { createClient } from 'redis';
import { postgresUp, sessionDatabase, storesOfReplica, until, postgresOf } from '../../../../test/support/backends.ts';
import { onCleanup } from '../../../../test/support/cleanup.ts';
import { testRedis } from '../../../../test/support/servers.ts';
import { tcpProxy, type TcpProxy } from '../../../../test/support/tcp-proxy.ts';
import { SessionLookup } from '../http/lookup.ts';
import { StoreUnavailableError } from '../model/errors.ts';
import { newSessionId, Peppers, renewSessionId } from '../model/id.ts';
import type { Backend } from '../stores/backend.ts';
import { newSession } from '../stores/session-store.contract.ts';

const peppers = new Peppers(['pepper']);

/**
 * A replica may read a copy that is behind by up to T: when the one that changed the session could not update Redis, and
 * with a near cache always. Here one is put back by hand.
 */
describe.each([{ nearCacheMs: 0 }, { nearCacheMs: 1000 }])('to a copy that is behind (%j)', ({ nearCacheMs }) => {
  let one: Backend;
  let two: Backend;
  let lookup: SessionLookup;
  let wire: TcpProxy;
  let redis: Awaited<ReturnType<typeof connected>>;

  beforeAll(async () => {
    const [databaseUrl, address] = [await sessionDatabase(), await testRedis()];
    wire = await tcpProxy({ to: databaseUrl });
    one = await storesOfReplica({ databaseUrl, redis: address, nearCacheMs });
    two = await storesOfReplica({ databaseUrl: wire.url, redis: address, nearCacheMs });
    lookup = new SessionLookup(two.store, peppers);
    redis = await connected(address.url);
  });

  /** A session whose id is renewed `times` times, while Redis goes on holding the first version. Returns its ids. */
  async function renewedUnheard(times: number): Promise<string[]> {
    const ids = [newSessionId()];
    const { key, proof } = peppers.forWriting(ids[0]!);
    await one.store.create({ ...newSession(), key, proof });
    expect(await lookup.find(ids[0]!)).toMatchObject({ verdict: 'current' });
    const [name] = (await redis.keys(`*${key}`)) as [string];
    const copy = await redis.get(name);
    for (let i = 0; i < times; i++) {
      ids.push(renewSessionId(ids[0]!));
      const renewal = peppers.forWriting(ids.at(-1)!);
      for (const step of ['issue', 'confirm'] as const) await one.store.renew(key, { step, proof: renewal.proof });
    }
    await redis.set(name, copy!);
    await until(async () => (await two.store.find(key))?.version === 1, 'the old copy to be read');
    return ids;
  }

  const knows = async (id: string) => (await lookup.find(id))?.verdict ?? null;
  const isLive = async (id: string) => (await postgresOf(one).find(peppers.forWriting(id).key)) !== null;

  it('the newest id is no theft', async () => {
    const [, newest] = await renewedUnheard(1);
    expect(await knows(newest!)).toBe('current');
    expect(await isLive(newest!)).toBe(true);
  });

  it('an id that the newest version does not know either still is', async () => {
    const [id] = await renewedUnheard(1);
    expect(await knows(renewSessionId(id!))).toBeNull();
    expect(await isLive(id!)).toBe(false);
  });

  it('the newest id is neither honoured nor taken for stolen while Postgres, which knows it, is unavailable', async () => {
    const [first, newest] = await renewedUnheard(1);
    await wire.cut();
    try {
      await until(() => !postgresUp(two), 'the replica to notice');
      await expect(knows(newest!)).rejects.toThrow(StoreUnavailableError);
      expect(await knows(first!)).toBe('current');
    } finally {
      await wire.heal();
    }
    await until(() => postgresUp(two), 'the link to heal');
    expect(await knows(newest!)).toBe('current');
  });

  it('no id is issued while Postgres is unavailable', async () => {
    const [first] = await renewedUnheard(0);
    const { key, proof } = peppers.forWriting(first!);
    await wire.cut();
    try {
      await until(() => !postgresUp(two), 'the replica to notice');
      for (const step of ['issue', 'confirm', 'replace'] as const)
        await expect(two.store.renew(key, { step, proof })).rejects.toThrow(StoreUnavailableError);
      expect(await two.store.save(key, { a: 1 })).toMatchObject({ attributes: { a: 1 } });
    } finally {
      await wire.heal();
    }
    await until(() => postgresUp(two), 'the link to heal');
  });
});

async function connected(url: string) {
  const client = createClient({ url });
  onCleanup(() => client.destroy());
  return client.connect();
}
