import { AttributesTooLargeError, StoreUnavailableError } from '../model/errors.ts';
import { newPublicId, newSessionId, Peppers } from '../model/id.ts';
import type { Attributes, NewSession, SessionRecord } from '../model/record.ts';
import type { SessionStore } from '../model/store.ts';

/** How one backend is opened for the suite; `arrange` may stop a server after the sessions of a case were made. */
export interface StoreUnderTest {
  readonly store: SessionStore;
  /** A second replica on the same servers; the store itself if it has no servers. */
  readonly other: SessionStore;
  /**
   * False where Postgres is unavailable: no session of a user can be created, no user's sessions can be revoked together, and
   * no id changes.
   */
  readonly knowsUsers: boolean;
}

export const CONTRACT_TOUCH_SECONDS = 1;
const peppers = new Peppers(['a pepper for the contract suite']);

export function newSession(
  attributes: Attributes = {},
  clocks: { idleSeconds?: number; absoluteSeconds?: number } = {},
): NewSession {
  return {
    ...peppers.forWriting(newSessionId()),
    publicId: newPublicId(),
    attributes,
    device: { ip: '127.0.0.1', userAgent: 'contract' },
    idleSeconds: 60,
    absoluteSeconds: 600,
    authenticated: false,
    ...clocks,
  };
}

const userOf = (id: string): Attributes => ({ user: { id, name: 'Ada', roles: [] } });
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** With one store unavailable, an ended session may fail as "cannot tell", but must never be found. */
function cannotTell(error: unknown): null {
  if (error instanceof StoreUnavailableError) return null;
  throw error;
}

async function eventually<T>(ask: () => Promise<T>, done: (value: T) => boolean, withinMs: number): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (done(value) || Date.now() > giveUpAt) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function endsWhenIdle(store: SessionStore, other: SessionStore): Promise<void> {
  const record = await store.create(newSession({}, { idleSeconds: 1 }));
  const startedAt = Date.now();
  let lastFound = startedAt;
  const ask = () => store.find(record.key).catch(cannotTell);
  await eventually(ask, (found) => found === null || ((lastFound = Date.now()), false), 6000);
  expect(lastFound - startedAt).toBeGreaterThan(900);
  expect(lastFound - startedAt).toBeLessThan(1000 + CONTRACT_TOUCH_SECONDS * 1000 + 400);
  expect((await store.touch(record).catch(cannotTell)) ?? false).toBe(false);
  expect(await store.save(record.key, { a: 1 }, record).catch(cannotTell)).toBeNull();
  expect(await other.find(record.key).catch(cannotTell)).toBeNull();
}

async function livesWhenTouched(store: SessionStore, other: SessionStore): Promise<void> {
  const record = await store.create(newSession({}, { idleSeconds: 1 }));
  const until = Date.now() + 3000;
  while (Date.now() < until) {
    expect(await store.touch(record)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect(await other.find(record.key)).not.toBeNull();
}

async function endsForSure(store: SessionStore): Promise<void> {
  const record = await store.create(newSession({}, { absoluteSeconds: 1 }));
  expect(await store.find(record.key)).not.toBeNull();
  const ask = async () => {
    await store.touch(record).catch(cannotTell);
    return store.find(record.key).catch(cannotTell);
  };
  expect(await eventually(ask, (found) => found === null, 4000)).toBeNull();
}

/** The promises of SessionStore, the same for every backend. `open` is called once. */
export function keepsTheContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of a session store`, () => {
    let store: SessionStore;
    let other: SessionStore;
    let knowsUsers: boolean;
    let waits: Record<'idle' | 'touched' | 'absolute', Promise<void>>;

    beforeAll(async () => {
      ({ store, other, knowsUsers } = await open());
      waits = { idle: endsWhenIdle(store, other), touched: livesWhenTouched(store, other), absolute: endsForSure(store) };
      // Each failure is reported by its own case.
      await Promise.allSettled(Object.values(waits));
    });

    const create = (attributes?: Attributes, clocks?: Parameters<typeof newSession>[1]) =>
      store.create(newSession(attributes, clocks));
    const expectNoRenewal = ({ key }: SessionRecord) =>
      expect(store.renew(key, { step: 'issue', proof: 'second' })).rejects.toThrow(StoreUnavailableError);
    const attributesIn = async (where: SessionStore, key: string) => (await where.find(key))?.attributes;

    it('finds what was created, in every replica', async () => {
      const { key } = await create({ cart: { tea: 2 } });
      for (const replica of [store, other]) {
        expect(await replica.find(key)).toMatchObject({
          key,
          version: 1,
          userId: null,
          attributes: { cart: { tea: 2 } },
          revokedAt: null,
        });
      }
    });

    it('never adopts an unknown id', async () => {
      const { key } = newSession();
      expect(await store.find(key).catch(cannotTell)).toBeNull();
      expect(await store.save(key, { a: 1 }).catch(cannotTell)).toBeNull();
      expect(await store.update(key, () => ({ a: 1 })).catch(cannotTell)).toBeNull();
      expect(await store.revoke(key, 'logout').catch(() => false)).toBe(false);
      expect(await store.find(key).catch(cannotTell)).toBeNull();
    });

    it('saves a difference and leaves the rest alone', async () => {
      const record = await create({ keep: 1, change: 1, remove: 1, nested: { keep: 1 } });
      const saved = await store.save(record.key, { change: 2, remove: null, nested: { add: [1] } }, record);
      expect(saved?.attributes).toEqual({ keep: 1, change: 2, nested: { keep: 1, add: [1] } });
      expect(await attributesIn(other, record.key)).toEqual(saved?.attributes);
    });

    it('keeps 50 concurrent saves of different paths, through two replicas', async () => {
      const record = await create({ cart: {} });
      const replicas = [store, other];
      await Promise.all(range(25).map((i) => replicas[i % 2]!.save(record.key, { [`top${i}`]: i }, record)));
      await Promise.all(range(25).map((i) => replicas[i % 2]!.save(record.key, { cart: { [`sku${i}`]: i } }, record)));
      const attributes = (await attributesIn(other, record.key)) as { cart: object };
      expect(Object.keys(attributes)).toHaveLength(26);
      expect(Object.keys(attributes.cart)).toHaveLength(25);
    });

    it('makes 100 of 100 parallel increments, through two replicas', async () => {
      const record = await create({ count: 0 });
      const increment = (attributes: Attributes) => ({ ...attributes, count: Number(attributes['count']) + 1 });
      await Promise.all(range(100).map((i) => (i % 2 === 0 ? store : other).update(record.key, increment)));
      expect(await attributesIn(store, record.key)).toEqual({ count: 100 });
    });

    it('ends a session for good', async () => {
      const record = await create({ a: 1 });
      expect(await store.revoke(record.key, 'logout', record)).toBe(true);
      expect(await store.revoke(record.key, 'logout', record)).toBe(false);
      expect(await store.find(record.key)).toBeNull();
      expect(await other.find(record.key)).toBeNull();
    });

    it('revives nothing by a save, an update, a renewal or a touch that comes late', async () => {
      const record = await create({ a: 1 });
      await store.revoke(record.key, 'logout', record);
      expect(await other.save(record.key, { a: 2 }, record)).toBeNull();
      expect(await other.update(record.key, () => ({ a: 3 }), record)).toBeNull();
      expect(await other.renew(record.key, { step: 'replace', proof: 'p' }, record).catch(cannotTell)).toBeNull();
      expect(await other.touch(record)).toBe(false);
      expect(await store.find(record.key)).toBeNull();
      expect(await other.find(record.key)).toBeNull();
    });

    it('lets a revoke during slow saves win', async () => {
      const record = await create({ a: 0 });
      const saves = range(20).map((i) => other.save(record.key, { [`a${i}`]: i }, record));
      await Promise.all([...saves, store.revoke(record.key, 'logout', record)]);
      expect(await store.find(record.key)).toBeNull();
      expect(await other.find(record.key)).toBeNull();
    });

    it('renews the id in two steps', async () => {
      const record = await create({ a: 1 });
      if (!knowsUsers) return expectNoRenewal(record);
      const issued = await store.renew(record.key, { step: 'issue', proof: 'second' }, record);
      expect(issued).toMatchObject({ proof: record.proof, nextProof: 'second' });
      const confirmed = await other.renew(record.key, { step: 'confirm', proof: 'second' }, issued ?? undefined);
      expect(confirmed).toMatchObject({ proof: 'second', previousProof: record.proof, nextProof: null, attributes: { a: 1 } });
    });

    it('issues one id when many requests find a renewal due', async () => {
      const record = await create();
      if (!knowsUsers) return expectNoRenewal(record);
      const results = await Promise.all(
        range(10).map((i) => (i % 2 ? store : other).renew(record.key, { step: 'issue', proof: `p${i}` }, record)),
      );
      expect(new Set(results.map((result) => result?.nextProof)).size).toBe(1);
    });

    // The three cases that wait run together; each is judged in its own `it`.
    it('ends an idle session, never early and at most one touch interval late', () => waits.idle);
    it('keeps a session alive that is touched', () => waits.touched);
    it('ends every session at its absolute end, used or not', () => waits.absolute);

    it('refuses more than 64 KiB and keeps what was there', async () => {
      const record = await create({ a: 1 });
      await expect(store.save(record.key, { big: 'x'.repeat(70_000) }, record)).rejects.toThrow(AttributesTooLargeError);
      await expect(store.create(newSession({ big: 'ä'.repeat(33_000) }))).rejects.toThrow(AttributesTooLargeError);
      expect(await attributesIn(store, record.key)).toEqual({ a: 1 });
    });

    it('takes no attribute name for the prototype', async () => {
      const record = await create();
      await store.save(
        record.key,
        JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}') as Attributes,
        record,
      );
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
      const attributes = (await attributesIn(other, record.key)) as { admin?: boolean };
      expect(attributes.admin).toBeUndefined();
    });

    it('lists and revokes all sessions of one user, and of nobody else', async () => {
      if (!knowsUsers) {
        await expect(store.create(newSession(userOf('x')))).rejects.toThrow('unavailable');
        await expect(store.revokeAll('x')).rejects.toThrow('unavailable');
        return;
      }
      const [mine, yours] = [`u${Math.random()}`, `u${Math.random()}`];
      const kept = await create(userOf(mine));
      const ended: SessionRecord[] = [await create(userOf(mine)), await create(userOf(mine))];
      const foreign = await create(userOf(yours));
      expect((await other.listByUser(mine)).map(({ key }) => key).sort()).toEqual([kept, ...ended].map(({ key }) => key).sort());
      expect(await store.revokeAll(mine, { exceptKey: kept.key })).toBe(2);
      for (const { key } of ended) expect(await other.find(key)).toBeNull();
      expect(await store.find(kept.key)).not.toBeNull();
      expect(await store.find(foreign.key)).not.toBeNull();
      expect((await store.listByUser(mine)).map(({ key }) => key)).toEqual([kept.key]);
    });
  });
}
