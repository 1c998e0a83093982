import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Client } from '../../../../test/support/client.ts';
import { ENGINES, startSessionApp, type SessionApp } from '../../../../test/support/session-app.ts';
import { sessionSettings } from './session-config.ts';

const LIMIT = 3;

const addTea = (req: Request, res: Response) => {
  req.session.cart = { tea: (req.session.cart?.['tea'] ?? 0) + 1 };
  res.json(req.session.cart);
};

describe.each(ENGINES)('new sessions of one address, engine %s', (engine) => {
  let app: SessionApp;
  let first: Client;

  /** A visitor at this address, as one trusted proxy reports it. */
  const from = (address: string, client = app.client()) => ({
    client,
    visit: (handler: (req: Request, res: Response) => unknown = addTea) =>
      app.visit(client, handler, { headers: { 'x-forwarded-for': address } }),
  });

  beforeAll(async () => {
    app = await startSessionApp(engine, { settings: { SESSION_CREATIONS_PER_ADDRESS: String(LIMIT) } });
    app.nest.set('trust proxy', 1);
    const visitors = Array.from({ length: LIMIT }, () => from('192.0.2.1'));
    for (const { visit } of visitors) expect((await visit()).status).toBe(200);
    first = visitors[0]!.client;
  });

  it('are refused beyond the limit with 429 and Retry-After, and without a cookie', async () => {
    const { client, visit } = from('192.0.2.1');
    const { status, headers, text } = await visit();
    expect([status, text]).toEqual([429, '{"status":429}']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(headers.getSetCookie()).toEqual([]);
    expect(client.jar.size).toBe(0);
  });

  it.each<[string, (res: Response) => unknown]>([
    ['an empty response', (res) => res.status(204).end()],
    ['a redirect', (res) => res.redirect(303, '/')],
    ['a stream', (res) => (res.write('a'), res.end('b'))],
  ])('are refused before %s starts', async (kind, respond) => {
    const { visit } = from('192.0.2.1');
    const { status, headers } = await visit((req, res) => {
      req.session.cart = { tea: 1 };
      // A stream that starts before its session is saved is what the engine of express-session cannot hold.
      if (engine === 'express-session' && kind === 'a stream') req.session.save(() => respond(res));
      else respond(res);
    });
    expect(status).toBe(429);
    expect(headers.getSetCookie()).toEqual([]);
  });

  it('leave the sessions in use alone', async () => {
    expect((await from('192.0.2.1', first).visit()).body).toEqual({ tea: 2 });
  });

  it('are not needed to read', async () => {
    expect((await from('192.0.2.1').visit((_req, res) => res.json({}))).status).toBe(200);
  });

  it('include those of logins: the anonymous session before stays', async () => {
    const { status } = await from('192.0.2.1', first).visit(async (req, res) => {
      const refused = await app.sessions.signIn(req, { id: '1', name: 'robin', roles: [] }).catch((error: Error) => error);
      res.json({ refused: refused?.name, cart: req.session.cart });
    });
    expect(status).toBe(200);
    expect((await from('192.0.2.1', first).visit()).body).toEqual({ tea: 3 });
  });

  it('are counted per address behind the trusted proxy', async () => {
    expect((await from('192.0.2.2').visit()).status).toBe(200);
    // Only the last one is the proxy's; a client can write any other.
    expect((await from('192.0.2.3, 192.0.2.1').visit()).status).toBe(429);
  });

  it('are counted per /64 of IPv6', async () => {
    for (let n = 1; n <= LIMIT; n++) expect((await from(`2001:db8:0:1::${n}`).visit()).status).toBe(200);
    expect((await from('2001:db8:0:1:a:b:c:d').visit()).status).toBe(429);
    expect((await from('2001:db8:0:2::1').visit()).status).toBe(200);
  });

  it('are counted per peer without trusted proxies', async () => {
    app.nest.set('trust proxy', 0);
    const statuses: number[] = [];
    for (let n = 0; n <= LIMIT; n++) statuses.push((await from(`192.0.2.${100 + n}`).visit()).status);
    expect(statuses).toEqual([...Array<number>(LIMIT).fill(200), 429]);
  });
});

it('the default is 600 per address, minute and replica, and 50 per user', () => {
  const secrets = { SESSION_SECRETS: 'a'.repeat(16), SESSION_PEPPER: 'a'.repeat(16) };
  expect(z.object(sessionSettings).parse(secrets)).toMatchObject({
    SESSION_CREATIONS_PER_ADDRESS: 600,
    SESSION_MAX_PER_USER: 50,
  });
});
