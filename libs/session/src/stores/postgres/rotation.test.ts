import { postgresUp, sessionDatabase, storesOfReplica } from '../../../../../test/support/backends.ts';
import type { Backend } from '../backend.ts';
import { newSession } from '../session-store.contract.ts';

describe('a new id', () => {
  let backend: Backend;

  beforeAll(async () => {
    backend = await storesOfReplica({ strategy: 'postgres', databaseUrl: await sessionDatabase() }, postgresUp);
  });

  const events = async () => (await backend.feed!.since(0)).map(({ type, publicId }) => ({ type, publicId }));

  it('is an event when it comes into force, not when it is issued', async () => {
    const record = await backend.store.create(newSession());
    const rotated = { type: 'rotated', publicId: record.publicId };
    await backend.store.renew(record.key, { step: 'issue', proof: 'second' }, record);
    expect(await events()).not.toContainEqual(rotated);
    await backend.store.renew(record.key, { step: 'confirm', proof: 'second' });
    expect(await events()).toContainEqual(rotated);
  });

  it('is no event of an ordinary save', async () => {
    const record = await backend.store.create(newSession());
    await backend.store.save(record.key, { a: 1 }, record);
    expect((await events()).filter(({ publicId }) => publicId === record.publicId)).toEqual([]);
  });
});
