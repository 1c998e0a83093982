import { jest } from '@jest/globals';
import type { Request, Response } from 'express';
import type { Client } from '../../../../test/support/client.ts';
import { ENGINES, startSessionApp, type SessionApp } from '../../../../test/support/session-app.ts';
import { StoreUnavailableError } from '../model/errors.ts';

const DEMO = { id: 'u1', name: 'demo', roles: [] };
const START = 1_900_000_000_000;
const who = (req: Request, res: Response) => res.json({ user: req.session.user?.id ?? null });

let now = START;

beforeEach(() => {
  now = START;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
});

afterEach(() => jest.restoreAllMocks());

const pass = (seconds: number) => void (now += seconds * 1000);

async function signedIn(app: SessionApp): Promise<Client> {
  const client = app.client();
  await app.visit(client, (req, res) => app.sessions.signIn(req, DEMO).then(() => res.json({})));
  return client;
}

/** The same visitor with the cookie of now, whatever the other one gets later. */
function frozen(app: SessionApp, client: Client): Client {
  const copy = app.client();
  copy.jar.set('baton', client.jar.get('baton')!);
  return copy;
}

const user = async (app: SessionApp, client: Client) => (await app.visit(client, who)).body.user as string | null;
const cookie = (client: Client) => client.jar.get('baton');

describe.each(ENGINES)('use of a session is written down by the %s engine', (engine) => {
  it('once per touch interval, however often it is read, and the idle time still holds', async () => {
    const app = await startSessionApp(engine, { settings: { SESSION_IDLE_SECONDS: '300', SESSION_RENEW_SECONDS: '0' } });
    const client = await signedIn(app);
    const touch = jest.spyOn(app.backend.store, 'touch');
    for (let i = 0; i < 30; i++) await app.visit(client, who);
    expect(touch).toHaveBeenCalledTimes(0);
    pass(61);
    await Promise.all(Array.from({ length: 20 }, () => app.visit(client, who)));
    expect(touch).toHaveBeenCalledTimes(1);
    pass(299);
    expect(await user(app, client)).toBe('u1');
    expect(touch).toHaveBeenCalledTimes(2);
    pass(361);
    expect(await user(app, client)).toBeNull();
  });

  it('and a read does not fail if it cannot be', async () => {
    const app = await startSessionApp(engine);
    const client = await signedIn(app);
    pass(61);
    const touch = jest
      .spyOn(app.backend.store, 'touch')
      .mockRejectedValueOnce(new StoreUnavailableError('postgres', 'unavailable'));
    expect(await user(app, client)).toBe('u1');
    await app.visit(client, who);
    expect(touch).toHaveBeenCalledTimes(2);
  });

  it('but never beyond its absolute end', async () => {
    const settings = { SESSION_ABSOLUTE_SECONDS: '100', SESSION_TOUCH_SECONDS: '10', SESSION_RENEW_SECONDS: '20' };
    const app = await startSessionApp(engine, { settings });
    const client = await signedIn(app);
    for (let i = 0; i < 9; i++) {
      pass(11);
      expect(await user(app, client)).toBe('u1');
    }
    const late = frozen(app, client);
    pass(2);
    expect(await user(app, late)).toBeNull();
  });
});

describe('a signed-in session gets a new id', () => {
  let app: SessionApp;

  beforeAll(async () => {
    app = await startSessionApp('baton', { settings: { SESSION_RENEW_SECONDS: '600' } });
  });

  it('when its id is old, and not before', async () => {
    const client = await signedIn(app);
    const first = cookie(client);
    pass(599);
    await user(app, client);
    expect(cookie(client)).toBe(first);
    pass(1);
    expect(await user(app, client)).toBe('u1');
    expect(cookie(client)).not.toBe(first);
    expect(await user(app, client)).toBe('u1');
  });

  it('that is not in force before the client uses it: a lost response logs nobody out', async () => {
    const client = await signedIn(app);
    const old = frozen(app, client);
    pass(600);
    await user(app, client);
    pass(1000);
    expect(await user(app, old)).toBe('u1');
    expect(cookie(old)).not.toBe(cookie(client));
    expect(await user(app, old)).toBe('u1');
  });

  it('and the old one is honoured for requests in progress, then is a theft that ends the session for both', async () => {
    const client = await signedIn(app);
    const thief = frozen(app, client);
    pass(600);
    await user(app, client);
    await user(app, client);
    pass(29);
    expect(await user(app, thief)).toBe('u1');
    expect(cookie(thief)).not.toBe(cookie(client));
    pass(2);
    expect(await user(app, thief)).toBeNull();
    expect(await user(app, client)).toBeNull();
  });

  it('but not with an answer that reports an outage: that leaves the cookie alone', async () => {
    const client = await signedIn(app);
    const first = cookie(client);
    pass(600);
    const { status } = await app.visit(client, (_req, res) => res.status(503).json({}));
    expect([status, cookie(client)]).toEqual([503, first]);
    await user(app, client);
    expect(cookie(client)).not.toBe(first);
  });

  it('one for parallel requests', async () => {
    const client = await signedIn(app);
    pass(600);
    const path = app.route(who);
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.get(path)));
    expect(answers.map(({ body }) => body.user)).toEqual(Array(10).fill('u1'));
    expect(answers.flatMap(({ headers }) => headers.getSetCookie()).length).toBe(1);
    expect(await user(app, client)).toBe('u1');
  });

  it('together with a change, which both survive', async () => {
    const client = await signedIn(app);
    pass(600);
    const first = cookie(client);
    await app.visit(client, (req, res) => res.json(Object.assign(req.session, { cart: { tea: 1 } }).id));
    expect(cookie(client)).not.toBe(first);
    const { body } = await app.visit(client, (req, res) => res.json(req.session.cart));
    expect(body).toEqual({ tea: 1 });
  });

  it.each(['issue', 'confirm'])('and if the %s cannot be stored, keeps the one it has', async (step) => {
    const client = await signedIn(app);
    pass(600);
    if (step === 'confirm') await user(app, client);
    jest.spyOn(app.backend.store, 'renew').mockRejectedValueOnce(new StoreUnavailableError('postgres', 'unavailable'));
    expect(await user(app, client)).toBe('u1');
    jest.restoreAllMocks();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    expect(await user(app, client)).toBe('u1');
    expect(await user(app, client)).toBe('u1');
  });

  it('but no visitor who is not signed in does', async () => {
    const client = app.client();
    await app.visit(client, (req, res) => res.json(Object.assign(req.session, { cart: { tea: 1 } }).id));
    const first = cookie(client);
    pass(700);
    await user(app, client);
    expect(cookie(client)).toBe(first);
  });

  it('express-session issues none, but honours one that was issued, and knows a theft', async () => {
    const stock = await startSessionApp('express-session', { backendOf: app, settings: { SESSION_RENEW_SECONDS: '600' } });
    const client = await signedIn(app);
    const thief = frozen(app, client);
    pass(600);
    expect([await user(stock, client), cookie(client)]).toEqual(['u1', cookie(thief)]);
    await user(app, client);
    expect(cookie(client)).not.toBe(cookie(thief));
    expect(await user(stock, client)).toBe('u1');
    expect(await user(app, client)).toBe('u1');
    pass(31);
    expect(await user(stock, thief)).toBeNull();
    expect(await user(stock, client)).toBeNull();
  });
});
