import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Body, Controller, Get, Post, Redirect, Req, Sse } from '@nestjs/common';
import { jest } from '@jest/globals';
import type { Request, Response } from 'express';
import { of } from 'rxjs';
import { ENGINES, startSessionApp, type SessionApp } from '../../../../test/support/session-app.ts';
import { loadedRecord } from '../http/session-object.ts';
import { StoreUnavailableError } from '../model/errors.ts';

const unavailable = () => new StoreUnavailableError('postgres', 'unavailable');
const CHUNK = 'success '.repeat(8192);
const chunks = () => Readable.from(Array.from({ length: 20 }, () => CHUNK));

/** Every way a response can begin. All of them say success. */
const WAYS: [string, number, (req: Request, res: Response) => unknown][] = [
  ['JSON', 200, (_req, res) => res.json({ success: true })],
  ['a created resource', 201, (_req, res) => res.status(201).location('/success').json({ success: true })],
  ['a redirect', 303, (_req, res) => res.redirect(303, '/success')],
  ['a page', 200, (_req, res) => res.type('html').set('X-Success', 'yes').send('<p>success')],
  ['no content', 204, (_req, res) => res.status(204).end()],
  ['a stream', 200, (_req, res) => chunks().pipe(res.type('text'))],
  ['a pipeline', 200, (_req, res) => pipeline(chunks(), res.type('text')).catch(() => undefined)],
  ['writes with backpressure', 200, (_req, res) => writeSlowly(res)],
  ['flushed headers', 200, (_req, res) => [res.flushHeaders(), res.end('success')]],
  ['a written head', 202, (_req, res) => res.writeHead(202, { 'X-Success': 'yes' }).end('success')],
  ['events', 200, (_req, res) => sendEvents(res)],
];

async function writeSlowly(res: Response): Promise<void> {
  for (let i = 0; i < 20; i++) if (!res.write(CHUNK)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
  res.end();
}

function sendEvents(res: Response): void {
  res.writeHead(200, { 'Content-Type': 'text/event-stream' });
  res.flushHeaders();
  res.write('data: success\n\n');
  res.end();
}

@Controller('nest')
class Answers {
  @Get('value')
  value(@Req() req: Request): object {
    req.session.cart = { tea: 1 };
    return { success: true };
  }

  @Get('redirect')
  @Redirect('/success', 303)
  redirect(@Req() req: Request): void {
    req.session.cart = { tea: 1 };
  }

  @Sse('events')
  events(@Req() req: Request) {
    req.session.cart = { tea: 1 };
    return of({ data: 'success' });
  }

  @Post('cart')
  async change(@Req() req: Request, @Body() body: Record<string, number>): Promise<object> {
    await Promise.resolve();
    Object.assign((req.session.cart ??= {}), body);
    return { success: true };
  }
}

const apps = {} as Record<(typeof ENGINES)[number], SessionApp>;

beforeAll(async () => {
  for (const engine of ENGINES) apps[engine] = await startSessionApp(engine, { controllers: [Answers] });
});

afterEach(() => jest.restoreAllMocks());

/** How many bytes had left for the client each time a session had been stored. */
function watchStores(app: SessionApp, socket: () => Request['socket']): number[] {
  const sent: number[] = [];
  const { store } = app.backend;
  const create = store.create.bind(store);
  jest.spyOn(store, 'create').mockImplementation(async (...args) => {
    const record = await create(...args);
    // As long as a commit to a disk takes at least: whatever does not wait for it has left by then.
    await new Promise((resolve) => setTimeout(resolve, 5));
    sent.push(socket().bytesWritten);
    return record;
  });
  return sent;
}

describe.each(ENGINES)('with the %s engine', (engine) => {
  it.each(WAYS)('%s carries the cookie, and its session is there for the next request', async (_way, status, answer) => {
    const app = apps[engine];
    const client = app.client();
    const first = await app.visit(client, (req, res) => {
      req.session.cart = { tea: 1 };
      return answer(req, res);
    });
    expect([first.status, first.headers.getSetCookie().length]).toEqual([status, 1]);
    if (status === 200) expect(first.text).toContain('success');
    const { body } = await app.visit(client, (req, res) => res.json(req.session.cart));
    expect(body).toEqual({ tea: 1 });
  });

  it.each(['value', 'redirect', 'events'])('so does the %s of a Nest controller', async (way) => {
    const client = apps[engine].client();
    await client.get(`/nest/${way}`);
    expect((await apps[engine].visit(client, (req, res) => res.json(req.session.cart))).body).toEqual({ tea: 1 });
  });

  it('a large streamed response arrives whole', async () => {
    const answer = await apps[engine].visit(apps[engine].client(), (req, res) => {
      req.session.cart = { tea: 1 };
      chunks().pipe(res.type('text'));
    });
    expect(answer.text).toBe(CHUNK.repeat(20));
  });

  it('a session that ended while the request was in progress is not revived', async () => {
    const app = apps[engine];
    const client = app.client();
    await client.post('/nest/cart', { tea: 1 });
    const { backend } = app;
    const { status } = await app.visit(client, async (req, res) => {
      await backend.store.revoke(loadedRecord(req.session)!.key, 'logout');
      req.session.cart = { tea: 2 };
      res.json({ success: true });
    });
    expect(status).toBe(engine === 'baton' ? 401 : 200);
    const { body } = await app.visit(client, (req, res) => res.json(req.session.cart ?? null));
    expect(body).toBeNull();
  });

  it('more than 64 KiB are not stored', async () => {
    const app = apps[engine];
    const client = app.client();
    const big = (req: Request, res: Response) => {
      req.session.preferences = { theme: 'x'.repeat(64 * 1024) };
      res.json({ success: true });
    };
    expect((await app.visit(client, big)).status).toBe(engine === 'baton' ? 413 : 200);
    await client.post('/nest/cart', { tea: 1 });
    expect((await app.visit(client, big)).status).toBe(engine === 'baton' ? 413 : 200);
    const { body } = await app.visit(client, (req, res) => res.json(req.session));
    expect([body.cart, body.preferences]).toEqual([{ tea: 1 }, undefined]);
  });

  it('HEAD and 304 carry the cookie and no body', async () => {
    const app = apps[engine];
    const path = app.route((req, res) => {
      req.session.cart = { tea: 1 };
      res.set('ETag', '"1"').send('success');
    });
    for (const [init, status] of [
      [{ method: 'HEAD' }, 200],
      [{ headers: { 'if-none-match': '"1"' } }, 304],
    ] as const) {
      const [answer] = (await once(httpRequest(app.url + path, init).end(), 'response')) as [IncomingMessage];
      expect([answer.statusCode, await text(answer), answer.headers['set-cookie']?.length]).toEqual([status, '', 1]);
    }
  });

  it('what a client started and did not wait for is stored all the same', async () => {
    const app = apps[engine];
    const client = app.client();
    await client.post('/nest/cart', { tea: 1 });
    const { store } = app.backend;
    const save = store.save.bind(store);
    const saved = new Promise<void>((resolve, reject) => {
      jest.spyOn(store, 'save').mockImplementation(async (...args) => save(...args).finally(resolve));
      const cookie = `baton=${client.jar.get('baton')}`;
      const path = app.route((req, res) => {
        res.once('close', () => {
          req.session.cart = { tea: 2 };
          res.json({ success: true });
        });
        aborted.destroy();
      });
      const aborted = httpRequest(app.url + path, { headers: { cookie } }).on('error', () => undefined);
      aborted.end();
      setTimeout(reject, 5000, new Error('not stored')).unref();
    });
    await saved;
    expect((await app.visit(client, (req, res) => res.json(req.session.cart))).body).toEqual({ tea: 2 });
  });

  it('when no store responds, the response is 503 and the cookie is left alone', async () => {
    const app = apps[engine];
    const client = app.client();
    await client.post('/nest/cart', { tea: 1 });
    jest.spyOn(app.backend.store, 'find').mockRejectedValueOnce(unavailable());
    const answer = await client.get('/nest/value');
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.getSetCookie()]).toEqual([503, '1', []]);
    expect((await app.visit(client, (req, res) => res.json(req.session.cart))).body).toEqual({ tea: 1 });
  });
});

describe('commit before headers', () => {
  it.each(WAYS)('%s: not a byte leaves before the session is stored', async (_way, _status, answer) => {
    const app = apps.baton;
    let socket: Request['socket'];
    let before = 0;
    const sent = watchStores(app, () => socket);
    await app.visit(app.client(), (req, res) => {
      socket = req.socket;
      before = socket.bytesWritten;
      req.session.cart = { tea: 1 };
      return answer(req, res);
    });
    expect(sent).toEqual([before]);
  });

  it.each(WAYS)('%s: a failed save is 503 and nothing of the success leaves', async (_way, _status, answer) => {
    const app = apps.baton;
    jest.spyOn(app.backend.store, 'create').mockRejectedValueOnce(unavailable());
    const failed = await app.visit(app.client(), (req, res) => {
      req.session.cart = { tea: 1 };
      return answer(req, res);
    });
    expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, '1']);
    expect([failed.text, ...failed.headers.keys(), ...failed.headers.values()].join()).not.toMatch(/success|set-cookie|location/);
  });

  it('a failed save of a loaded session leaves it as it was', async () => {
    const client = apps.baton.client();
    await client.post('/nest/cart', { tea: 1 });
    jest.spyOn(apps.baton.backend.store, 'save').mockRejectedValueOnce(unavailable());
    const failed = await client.post('/nest/cart', { tea: 2 });
    expect([failed.status, failed.headers.getSetCookie()]).toEqual([503, []]);
    expect((await apps.baton.visit(client, (req, res) => res.json(req.session.cart))).body).toEqual({ tea: 1 });
  });
});

describe('express-session, for comparison', () => {
  const STREAMED = WAYS.filter(([way]) => /stream|pipeline|writes|flushed|events/.test(way));

  it.each(STREAMED)('%s: headers leave before the session is stored', async (_way, _status, answer) => {
    const app = apps['express-session'];
    let socket: Request['socket'];
    let before = 0;
    const sent = watchStores(app, () => socket);
    await app.visit(app.client(), (req, res) => {
      socket = req.socket;
      before = socket.bytesWritten;
      req.session.cart = { tea: 1 };
      return answer(req, res);
    });
    expect(sent[0]).toBeGreaterThan(before);
  });

  it.each(WAYS)('%s: a failed save looks like success', async (_way, status, answer) => {
    const app = apps['express-session'];
    jest.spyOn(app.backend.store, 'create').mockRejectedValueOnce(unavailable());
    const failed = await app.visit(app.client(), (req, res) => {
      req.session.cart = { tea: 1 };
      return answer(req, res);
    });
    expect([failed.status, failed.headers.getSetCookie().length]).toEqual([status, 1]);
  });
});
