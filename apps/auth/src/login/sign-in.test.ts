import type { Request, Response } from 'express';
import type { Tx } from '@baton/session';
import { migratedDatabase } from '../../../../test/support/migrated-database.ts';
import { startSessionApp } from '../../../../test/support/session-app.ts';
import { AuditLog } from '../audit/audit-log.ts';
import type { AuthSettings } from '../auth-settings.ts';
import type { KnownDevices } from '../devices/known-devices.ts';
import { User } from '../users/user.entity.ts';
import { Users } from '../users/users.ts';
import type { Assurance } from './assurance.ts';
import { SecondFactors } from './second-factors.ts';
import type { SecondStep } from './second-step.ts';
import { SignIn } from './sign-in.ts';

it('a password signs nobody in whose second factor was added after it was checked', async () => {
  const settings = {
    SESSION_STRATEGY: 'postgres',
    DATABASE_URL: await migratedDatabase(),
    SESSION_POSTGRES_DEADLINE_MS: '10000',
  };
  const app = await startSessionApp('baton', { settings, entities: [User] });
  const database = app.backend.database!;
  await database.known;
  const [users, audit] = [new Users(database), new AuditLog(database, { REPLICA: 'test' } as AuthSettings)];
  const assurance = { roles: (roles: readonly string[]) => [...roles] } as Assurance;
  const step = {} as SecondStep;
  const devices: Pick<KnownDevices, 'remember'> = { remember: () => undefined };
  const factors = new SecondFactors();
  const signIn = new SignIn(app.sessions, users, factors, step, assurance, audit, devices as KnownDevices);
  const user = (await users.register('ada', 'a long sentence nobody guesses'))!;
  const login = () =>
    app.visit(app.client(), async (request: Request, response: Response) => {
      const status = await signIn.withPassword(request, user).then(
        () => 200,
        (error: { getStatus(): number }) => error.getStatus(),
      );
      response.json({ status });
    });
  expect((await login()).body).toEqual({ status: 200 });
  factors.kinds.push({
    name: 'phone',
    amr: 'hwk',
    path: '/auth/phone',
    label: 'a phone',
    remove: () => Promise.resolve(),
    // In the transaction that creates the session, not before.
    isEnrolled: (_userId: string, tx?: Tx) => Promise.resolve(tx !== undefined),
  });
  expect((await login()).body).toEqual({ status: 401 });
  expect(await app.sessions.list(user.id)).toHaveLength(1);
}, 60_000);
