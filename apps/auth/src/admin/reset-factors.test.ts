import { ProblemException } from '@baton/platform';
import type { Request, Response } from 'express';
import { migratedDatabase } from '../../../../test/support/migrated-database.ts';
import { startSessionApp, type SessionApp } from '../../../../test/support/session-app.ts';
import { AuditLog } from '../audit/audit-log.ts';
import type { AuthSettings } from '../auth-settings.ts';
import { SecondFactors } from '../login/second-factors.ts';
import { User } from '../users/user.entity.ts';
import { sessionUser, Users } from '../users/users.ts';
import { Administration } from './administration.ts';

let app: SessionApp;
let users: Users;
let administration: Administration;
const kind = (name: string) => ({ name, amr: 'hwk', path: `/auth/${name}`, label: `a ${name}` });
const factors = new SecondFactors();

beforeAll(async () => {
  const settings = {
    SESSION_STRATEGY: 'postgres',
    DATABASE_URL: await migratedDatabase(),
    SESSION_POSTGRES_DEADLINE_MS: '10000',
  };
  app = await startSessionApp('baton', { settings, entities: [User] });
  const database = app.backend.database!;
  await database.known;
  await database.query('CREATE TABLE lost_phone (user_id uuid PRIMARY KEY)');
  users = new Users(database);
  const audit = new AuditLog(database, { REPLICA: 'test' } as AuthSettings);
  administration = new Administration(users, app.sessions, audit, factors);
  factors.kinds.push(
    { ...kind('card'), isEnrolled: () => Promise.resolve(false), remove: () => Promise.resolve() },
    {
      ...kind('phone'),
      isEnrolled: async (id) => (await database.query('SELECT FROM lost_phone WHERE user_id = $1', [id])).length > 0,
      remove: async (tx, id) => void (await tx.query('DELETE FROM lost_phone WHERE user_id = $1', [id])),
    },
  );
}, 60_000);

/** A signed-in user with the factor `phone`. */
async function owner(name: string) {
  const user = (await users.register(name, 'a long sentence nobody guesses'))!;
  await app.backend.database!.query('INSERT INTO lost_phone VALUES ($1)', [user.id]);
  const client = app.client();
  await app.visit(client, async (request: Request, response: Response) => {
    await app.sessions.signIn(request, sessionUser(user));
    response.json({});
  });
  const isSignedIn = async () => (await app.visit(client, (request, response) => response.json(request.session.user ?? {}))).body;
  return { user, isSignedIn };
}

const reset = (id: string) =>
  app.visit(app.client(), async (request, response) => {
    const outcome = await administration
      .resetFactors(request, id)
      .catch((error: Error) => (error instanceof ProblemException ? error.getStatus() : error.message));
    response.json(outcome);
  });

describe('the reset of second factors', () => {
  it('removes those that the account has, ends its sessions, and is recorded', async () => {
    const { user, isSignedIn } = await owner('ada');
    expect(await isSignedIn()).toMatchObject({ name: 'ada' });
    expect((await reset(user.id)).body).toEqual({ reset: ['phone'], ended: 1 });
    expect(await isSignedIn()).toEqual({});
    expect(await factors.of(user.id)).toEqual([]);
    const [entry] = await app.backend.database!.query(`SELECT details FROM audit_log WHERE event = 'factors-reset-by-admin'`);
    expect(entry).toEqual({ details: { account: user.id, factors: ['phone'], ended: 1 } });
    expect((await reset(user.id)).body).toBe(409);
  });

  it('changes nothing if one of them cannot be removed', async () => {
    const { user, isSignedIn } = await owner('grace');
    factors.kinds.push({
      ...kind('broken'),
      isEnrolled: () => Promise.resolve(true),
      remove: () => Promise.reject(new Error('It cannot be removed.')),
    });
    expect((await reset(user.id)).body).toBe('It cannot be removed.');
    expect((await factors.of(user.id)).map(({ name }) => name)).toEqual(['phone', 'broken']);
    expect(await isSignedIn()).toMatchObject({ name: 'grace' });
  });
});
