import { sign } from 'cookie-signature';
import type { Request, Response } from 'express';
import type { Client } from '../../../../test/support/client.ts';
import { ENGINES, startSessionApp, type Engine, type SessionApp } from '../../../../test/support/session-app.ts';
import { newSessionId } from '../model/id.ts';

const SECRET = 'a secret that signs cookies';
const buy = (req: Request, res: Response) => {
  req.session.cart = { tea: 1 };
  res.json({ id: req.sessionID });
};
const cart = (req: Request, res: Response) => res.json({ cart: req.session.cart ?? null, id: req.sessionID });
const cookieOf = (client: Client) => decodeURIComponent(client.jar.get('baton')!);
const withCookie = (value: string) => ({ headers: { cookie: `baton=${encodeURIComponent(value)}` } });

describe.each(ENGINES)('the cookie of the %s engine', (engine: Engine) => {
  let app: SessionApp;

  beforeAll(async () => {
    app = await startSessionApp(engine);
  });

  it('is never in a response that may be cached', async () => {
    const client = app.client();
    const cached = (handler: (req: Request, res: Response) => unknown) => (req: Request, res: Response) => {
      res.set('Cache-Control', 'public, max-age=300');
      handler(req, res);
    };
    const first = await app.visit(client, cached(buy));
    expect([first.headers.getSetCookie().length, first.headers.get('cache-control')]).toEqual([1, 'no-store']);
    const second = await app.visit(client, cached(cart));
    expect([second.headers.getSetCookie(), second.headers.get('cache-control')]).toEqual([[], 'public, max-age=300']);
  });

  it('is set when something is stored, and not again', async () => {
    const client = app.client();
    expect((await app.visit(client, cart)).headers.getSetCookie()).toEqual([]);
    const [cookie] = (await app.visit(client, buy)).headers.getSetCookie();
    expect(cookie).toMatch(/^baton=s%3A[\w-]{65}\.[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    expect((await app.visit(client, cart)).headers.getSetCookie()).toEqual([]);
    const changed = await app.visit(client, (req, res) => {
      req.session.cart = { tea: 2 };
      res.json({});
    });
    // express-session sends it again with every change.
    expect(changed.headers.getSetCookie().length).toBe(engine === 'baton' ? 0 : 1);
  });

  it('is not set for a session that was emptied again', async () => {
    const answer = await app.visit(app.client(), (req, res) => {
      req.session.cart = { tea: 1 };
      delete req.session.cart;
      res.json({});
    });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it('ends with the session, whatever is done in between', async () => {
    const { headers } = await app.visit(app.client(), buy);
    const ends = Date.parse(/Expires=([^;]+)/.exec(headers.getSetCookie()[0]!)![1]!);
    expect(Math.abs(ends - Date.now() - 28_800_000)).toBeLessThan(5000);
  });

  const ours = newSessionId();
  it.each([
    ['empty', ''],
    ['no id at all', 'hello'],
    ['unsigned', `s:${ours}`],
    ['without the mark of a signed cookie', ours],
    ['signed with a foreign secret', `s:${sign(ours, 'somebody else, 16+')}`],
    ['with a changed signature', `s:${sign(ours, SECRET).slice(0, -1)}`],
    ['of an id that is not of our form', `s:${sign('../../etc/passwd', SECRET)}`],
    ['of a prototype name', `s:${sign('__proto__', SECRET)}`],
    ['oversized', `s:${sign('x'.repeat(6000), SECRET)}`],
    ['well signed, but unknown', `s:${sign(ours, SECRET)}`],
  ])('%s is no session, and its id is never adopted', async (_what, value) => {
    const path = app.route(buy);
    const answer = await app.client().get(path, withCookie(value));
    expect([answer.status, answer.headers.getSetCookie().length]).toEqual([200, 1]);
    expect(answer.body.id).not.toBe(ours);
    expect((await app.visit(app.client(), cart, withCookie(value))).body.cart).toBeNull();
  });

  it('that cannot be decoded is no session', async () => {
    const answer = await app.visit(app.client(), cart, { headers: { cookie: 'baton=%E0%A4%A; baton; =;;;' } });
    expect([answer.status, answer.body.cart]).toEqual([200, null]);
  });

  it('of an ended session is no session', async () => {
    const client = app.client();
    const { body } = await app.visit(client, buy);
    const cookie = withCookie(cookieOf(client));
    await app.visit(client, (req, res) => req.session.destroy(() => res.json({})));
    const answer = await app.visit(app.client(), buy, cookie);
    expect(answer.headers.getSetCookie().length).toBe(1);
    expect(answer.body.id).not.toBe(body.id);
  });
});

describe('a cookie', () => {
  it.each([
    ['baton', 'express-session'],
    ['express-session', 'baton'],
  ] as const)('that %s made works with %s, and back', async (first, second) => {
    const one = await startSessionApp(first);
    const two = await startSessionApp(second, { backendOf: one });
    const client = one.client();
    await one.visit(client, buy);
    const there = await two.visit(client, (req, res) => {
      req.session.cart!['milk'] = 2;
      res.json({ cart: req.session.cart });
    });
    expect(there.body.cart).toEqual({ tea: 1, milk: 2 });
    expect((await one.visit(client, cart)).body.cart).toEqual({ tea: 1, milk: 2 });
  });

  it.each(ENGINES)('is signed with the first secret and verified with all of them: %s', async (engine) => {
    const old = await startSessionApp(engine, { settings: { SESSION_SECRETS: 'the old secret is long' } });
    const settings = { SESSION_SECRETS: 'the new secret is long,the old secret is long' };
    const next = await startSessionApp(engine, { settings, backendOf: old });
    const client = old.client();
    await old.visit(client, buy);
    expect((await next.visit(client, cart)).body.cart).toEqual({ tea: 1 });
    const visitor = next.client();
    await next.visit(visitor, buy);
    expect((await old.visit(visitor, cart)).body.cart).toBeNull();
  });

  it.each(ENGINES)('opens a session that was stored with an older pepper: %s', async (engine) => {
    const old = await startSessionApp(engine, { settings: { SESSION_PEPPER: 'the old pepper is long' } });
    const settings = { SESSION_PEPPER: 'the new pepper is long,the old pepper is long' };
    const next = await startSessionApp(engine, { settings, backendOf: old });
    const client = old.client();
    await old.visit(client, buy);
    expect((await next.visit(client, cart)).body.cart).toEqual({ tea: 1 });
    const visitor = next.client();
    await next.visit(visitor, buy);
    expect((await old.visit(visitor, cart)).body.cart).toBeNull();
  });

  it.each([
    ['baton', true],
    ['express-session', false],
  ] as const)('that is for HTTPS alone is set by %s over plain HTTP: %s', async (engine, set) => {
    const app = await startSessionApp(engine, { settings: { COOKIE_SECURE: 'true' } });
    const plain = await app.visit(app.client(), buy);
    expect(plain.headers.getSetCookie().length).toBe(set ? 1 : 0);
    const proxied = await app.visit(app.client(), buy, { headers: { 'x-forwarded-proto': 'https' } });
    expect(proxied.headers.getSetCookie()[0]).toMatch(/^__Host-baton=.*; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/);
  });
});
