import { jest } from '@jest/globals';
import type { SessionConfig, Sessions } from '@baton/session';
import { migratedDatabase } from '../../../../test/support/migrated-database.ts';
import { startSessionApp } from '../../../../test/support/session-app.ts';
import { ProviderSessions } from './provider-sessions.ts';

it('a logout that failed can be reported again with the same token, and then no more', async () => {
  const settings = {
    SESSION_STRATEGY: 'postgres',
    DATABASE_URL: await migratedDatabase(),
    SESSION_POSTGRES_DEADLINE_MS: '10000',
  };
  const { backend } = await startSessionApp('baton', { settings });
  await backend.database!.known;
  const list = jest.fn<() => Promise<never[]>>().mockRejectedValueOnce(new Error('no store')).mockResolvedValue([]);
  const config = { absoluteSeconds: 3600 } as SessionConfig;
  const opened = new ProviderSessions(backend.database!, { list } as unknown as Sessions, config);
  const [issuer, subject, sid, issuedAt] = ['https://provider.example', 'ada', null, Math.floor(Date.now() / 1000)];
  const userId = '00000000-0000-4000-8000-000000000001';
  await backend.database!.query(`INSERT INTO users (id, name, password_hash) VALUES ($1, 'ada', '')`, [userId]);
  await opened.open({ issuer, subject, sid, issuedAt, name: 'ada', amr: [] }, userId);
  const logout = { issuer, subject, sid, issuedAt, jti: 'one' };
  await expect(opened.end(logout)).rejects.toThrow('no store');
  expect(await opened.end(logout)).toBe(0);
  await expect(opened.end(logout)).rejects.toMatchObject({ status: 400 });
  expect(list).toHaveBeenCalledTimes(2);
}, 60_000);
