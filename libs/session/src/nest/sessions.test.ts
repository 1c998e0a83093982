import { jest } from '@jest/globals';
import type { Request, Response } from 'express';
import { testDatabase, testRedis } from '../../../../test/support/servers.ts';
import { ENGINES, startSessionApp, type SessionApp } from '../../../../test/support/session-app.ts';
import { SessionGoneError, StoreUnavailableError } from '../model/errors.ts';
import { GRACE_MS } from '../model/policy.ts';
import { migrate } from '../stores/postgres/migrate.ts';
import { sessionInfo } from './session-info.ts';
import { StoreHealth } from './store-health.ts';

const DEMO = { id: 'u1', name: 'demo', roles: ['customer'] };
const ADA = { id: 'u2', name: 'ada', roles: [] };
const show = (req: Request, res: Response) => res.json(Object.assign({}, req.session, { cookie: undefined }));
const info = (req: Request, res: Response) => res.json({ id: req.sessionID, ...sessionInfo(req) });

describe.each(ENGINES)('Sessions with the %s engine', (engine) => {
  let app: SessionApp;

  beforeEach(async () => {
    app ??= await startSessionApp(engine);
    await app.sessions.revokeAll(DEMO.id);
  });

  afterEach(() => jest.restoreAllMocks());

  async function signedIn(user = DEMO, client = app.client()) {
    await app.visit(client, async (req, res) => {
      await app.sessions.signIn(req, user);
      res.json({});
    });
    return client;
  }

  async function shopping() {
    const client = app.client();
    await app.visit(client, (req, res) => res.json(Object.assign(req.session, { cart: { tea: 1 } }).id));
    return client;
  }

  it('signIn gives a new id, keeps what the visitor had and ends the anonymous session', async () => {
    const client = await shopping();
    const before = new Map(client.jar);
    await signedIn(DEMO, client);
    expect((await app.visit(client, show)).body).toEqual({ user: DEMO, cart: { tea: 1 } });
    const { body } = await app.visit(client, info);
    expect(body.authenticatedAt).toBe(body.createdAt);
    client.jar.set('baton', before.get('baton')!);
    expect((await app.visit(client, show)).body).toEqual({});
  });

  it('signIn of somebody else keeps nothing', async () => {
    const client = await signedIn();
    await app.visit(client, (req, res) => res.json(Object.assign(req.session, { cart: { tea: 1 } }).id));
    await signedIn(ADA, client);
    expect((await app.visit(client, show)).body).toEqual({ user: ADA });
  });

  it('a login that is refused leaves the session as it was', async () => {
    const client = await shopping();
    const guard = () => Promise.reject(new Error('disabled'));
    const { body, headers } = await app.visit(client, async (req, res) => {
      const refused = await app.sessions.signIn(req, DEMO, { guard }).catch((error: Error) => error.message);
      res.json([refused, req.session.cart, req.session.user ?? null]);
    });
    expect([body, headers.getSetCookie()]).toEqual([['disabled', { tea: 1 }, null], []]);
    expect((await app.visit(client, show)).body).toEqual({ cart: { tea: 1 } });
  });

  it('reauthenticate gives a new id at once, keeps unsaved changes, and an old id ends the session', async () => {
    const client = await signedIn();
    const before = new Map(client.jar);
    const { headers } = await app.visit(client, async (req, res) => {
      req.session.cart = { tea: 1 };
      await app.sessions.reauthenticate(req);
      req.session.cart['milk'] = 1;
      res.json({});
    });
    expect(client.jar.get('baton')).not.toBe(before.get('baton'));
    expect(headers.getSetCookie().at(-1)).toContain(client.jar.get('baton'));
    expect((await app.visit(client, show)).body).toEqual({ user: DEMO, cart: { tea: 1, milk: 1 } });
    await app.visit(client, async (req, res) => {
      await app.sessions.reauthenticate(req);
      req.session.reload((error: unknown) => res.json({ error }));
    });
    expect((await app.visit(client, show)).body.user).toEqual(DEMO);
    const thief = app.client();
    thief.jar.set('baton', before.get('baton')!);
    expect((await app.visit(thief, show)).body).toEqual({});
    expect((await app.visit(client, show)).body.user).toEqual(DEMO);
    const whenNoRequestIsUnderWay = Date.now() + GRACE_MS;
    jest.spyOn(Date, 'now').mockImplementation(() => whenNoRequestIsUnderWay);
    expect((await app.visit(thief, show)).body).toEqual({});
    expect((await app.visit(client, show)).body).toEqual({});
  });

  it('signOut ends the session and clears the cookie, also if the handler changes the session afterwards', async () => {
    const client = await signedIn();
    const before = client.jar.get('baton')!;
    const { headers } = await app.visit(client, async (req, res) => {
      const { session } = req;
      await app.sessions.signOut(req);
      session.cart = { tea: 1 };
      res.json({});
    });
    expect(headers.getSetCookie()).toEqual([expect.stringMatching(/^baton=; Path=\/; Expires=Thu, 01 Jan 1970/)]);
    client.jar.set('baton', before);
    expect((await app.visit(client, show)).body).toEqual({});
  });

  it('a logout that cannot be stored is 503, and the cookie stays', async () => {
    const client = await signedIn();
    jest.spyOn(app.backend.store, 'revoke').mockRejectedValueOnce(new StoreUnavailableError('postgres', 'unavailable'));
    const { status, headers } = await app.visit(client, (req) => app.sessions.signOut(req));
    expect([status, headers.get('retry-after'), headers.getSetCookie()]).toEqual([503, '1', []]);
    expect((await app.visit(client, show)).body).toEqual({ user: DEMO });
  });

  it('update is exact: of 100 parallel additions none is lost', async () => {
    const client = await signedIn();
    const add = app.route(async (req, res) => {
      await app.sessions.update(req, (all) => ({ ...all, cart: { tea: (all.cart?.['tea'] ?? 0) + 1 } }));
      res.json({});
    });
    await Promise.all(Array.from({ length: 100 }, () => client.get(add)));
    expect((await app.visit(client, show)).body.cart).toEqual({ tea: 100 });
  });

  it('update keeps unsaved changes, shows the result, and works for a new visitor', async () => {
    const change = (req: Request, res: Response) => {
      req.session.preferences = { theme: 'dark' };
      return app.sessions
        .update(req, (all) => ({ ...all, cart: { tea: 1 } }))
        .then(() => res.json([req.session.cart, req.session.preferences]));
    };
    for (const client of [app.client(), await signedIn()]) {
      expect((await app.visit(client, change)).body).toEqual([{ tea: 1 }, { theme: 'dark' }]);
      expect((await app.visit(client, show)).body).toMatchObject({ cart: { tea: 1 }, preferences: { theme: 'dark' } });
    }
  });

  it('update of a session that ended meanwhile is refused', async () => {
    const client = await signedIn();
    const { body } = await app.visit(client, async (req, res) => {
      await app.sessions.revokeAll(DEMO.id);
      res.json(await app.sessions.update(req, (all) => all).catch((error: unknown) => error instanceof SessionGoneError));
    });
    expect(body).toBe(true);
  });

  it('lists, ends one and ends all others, of this user only', async () => {
    const [one, two, three, other] = [await signedIn(), await signedIn(), await signedIn(), await signedIn(ADA)];
    const publicId = async (client: typeof one) => (await app.visit(client, info)).body.publicId as string;
    expect((await app.sessions.list(DEMO.id)).length).toBe(3);
    expect(await app.sessions.revoke(DEMO.id, await publicId(other))).toBe(false);
    expect(await app.sessions.revoke(DEMO.id, await publicId(two))).toBe(true);
    const { body } = await app.visit(one, async (req, res) => res.json(await app.sessions.revokeOthers(req)));
    expect(body).toBe(1);
    const users = await Promise.all(
      [one, two, three, other].map(async (client) => (await app.visit(client, show)).body.user?.id),
    );
    expect(users).toEqual(['u1', undefined, undefined, 'u2']);
  });

  it('sessionInfo returns what may be shown, and never the id', async () => {
    const client = await signedIn();
    const { body } = await app.visit(client, (req, res) => res.json([sessionInfo(req), req.sessionID]));
    const [shown, id] = body as [object, string];
    expect(shown).toMatchObject({ store: 'memory', device: { ip: '127.0.0.1' } });
    expect(JSON.stringify(shown)).not.toContain(id.slice(0, 43));
    expect((await app.visit(app.client(), (req, res) => res.json(sessionInfo(req)))).body).toBeNull();
  });
});

describe('revokeEverybody', () => {
  it.each(ENGINES)('ends the sessions of everybody on every replica, and lets people sign in again: %s', async (engine) => {
    const [databaseUrl, redis] = [await testDatabase(), await testRedis()];
    await migrate(databaseUrl);
    const settings = { SESSION_STRATEGY: 'tiered', DATABASE_URL: databaseUrl, REDIS_URL: redis.url };
    const [app, replica] = [await startSessionApp(engine, { settings }), await startSessionApp(engine, { settings })];
    await until(() => [app, replica].every(({ nest }) => nest.get(StoreHealth).status().serving === 'redis'));
    const signIn = (req: Request, res: Response) => app.sessions.signIn(req, DEMO).then(() => res.json({}));
    const [client, visitor] = [app.client(), app.client()];
    await app.visit(client, signIn);
    await app.visit(visitor, (req, res) => res.json(Object.assign(req.session, { cart: { tea: 1 } }).id));
    expect((await replica.visit(client, show)).body).toEqual({ user: DEMO });
    await app.sessions.revokeEverybody();
    expect((await app.visit(client, show)).body).toEqual({});
    await until(async () => (await replica.visit(client, show)).body.user === undefined, 1000);
    expect((await replica.visit(visitor, show)).body).toEqual({});
    await app.visit(client, signIn);
    expect((await replica.visit(client, show)).body).toEqual({ user: DEMO });
  });

  it('names what it needs where there is no Postgres', async () => {
    const app = await startSessionApp('baton');
    await expect(app.sessions.revokeEverybody()).rejects.toThrow(StoreUnavailableError);
  });
});

async function until(condition: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error(`Not within ${withinMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
