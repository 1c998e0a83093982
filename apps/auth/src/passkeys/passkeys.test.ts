import { migratedDatabase } from '../../../../test/support/migrated-database.ts';
import { startSessionApp } from '../../../../test/support/session-app.ts';
import { Passkeys } from './passkeys.ts';

it('of two uses with one counter, at the same moment, one counts; a counter of 0 does not count', async () => {
  const settings = {
    SESSION_STRATEGY: 'postgres',
    DATABASE_URL: await migratedDatabase(),
    SESSION_POSTGRES_DEADLINE_MS: '10000',
  };
  const { backend } = await startSessionApp('baton', { settings });
  await backend.database!.known;
  const passkeys = new Passkeys(backend.database!);
  const userId = '00000000-0000-4000-8000-000000000001';
  await backend.database!.query(`INSERT INTO users (id, name, password_hash) VALUES ($1, 'ada', '')`, [userId]);
  const kind = { publicKey: new Uint8Array(1), counter: 0, transports: [], backupEligible: false, backedUp: false };
  const id = (await passkeys.add(userId, 'phone', { credentialId: 'one', ...kind }))!;
  const use = (counter: number) => passkeys.recordUse(id, counter, false);
  expect([await use(0), await use(0)]).toEqual([true, true]);
  expect((await Promise.all([use(7), use(7)])).filter(Boolean)).toHaveLength(1);
  expect([await use(6), await use(0), await use(8)]).toEqual([false, false, true]);
}, 60_000);
