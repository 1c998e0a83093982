import { jest } from '@jest/globals';
import type { Request, Response } from 'express';
import { ENGINES, startSessionApp, type SessionApp } from '../../../../test/support/session-app.ts';

type Anything = Record<string, never>;
type Loose = { [name: string]: unknown };
const loose = (req: Request) => req.session as unknown as Loose;
const show = (req: Request, res: Response) => res.json(Object.assign({}, req.session, { cookie: undefined }));
const ok = (res: Response) => res.json({ id: res.req.sessionID });

function done(work: (callback: (error: unknown) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => void work((error) => (error ? reject(error) : resolve())));
}

describe.each(ENGINES)('req.session with the %s engine', (engine) => {
  let app: SessionApp;

  beforeAll(async () => {
    app = await startSessionApp(engine);
  });

  afterEach(() => jest.restoreAllMocks());

  /** A client whose session holds this. */
  async function holding(attributes: object) {
    const client = app.client();
    await app.visit(client, (req, res) => ok(Object.assign(req.session, attributes) && res));
    return client;
  }

  it('has an id, a cookie and the data, and shows nothing else', async () => {
    const { body } = await app.visit(await holding({ cart: { tea: 1 } }), (req, res) => {
      const { id, cookie } = req.session;
      res.json([id === req.sessionID, Object.keys(req.session).toSorted(), cookie.httpOnly, cookie.maxAge! > 28_000_000]);
    });
    expect(body).toEqual([true, ['cart', 'cookie'], true, true]);
  });

  it('save stores at once, and reload shows what is stored', async () => {
    const client = await holding({ cart: { tea: 1 } });
    const { body } = await app.visit(client, async (req, res) => {
      req.session.cart = { tea: 2 };
      await done((callback) => req.session.save(callback));
      req.session.cart = { tea: 3 };
      await done((callback) => req.session.reload(callback));
      res.json(req.session.cart);
    });
    expect(body).toEqual({ tea: 2 });
    expect((await app.visit(client, show)).body.cart).toEqual({ tea: 2 });
  });

  it('save does not take back what another request stored meanwhile', async () => {
    const client = await holding({ cart: { tea: 1 } });
    await app.visit(client, async (req, res) => {
      req.session.cart!['milk'] = 1;
      await app.visit(client, (other, answer) => ok(Object.assign(other.session, { preferences: { theme: 'dark' } }) && answer));
      await done((callback) => req.session.save(callback));
      req.session.cart!['sugar'] = 1;
      ok(res);
    });
    const { body } = await app.visit(client, show);
    expect(body).toEqual({ cart: { tea: 1, milk: 1, sugar: 1 }, preferences: { theme: 'dark' } });
  });

  it('saves that nobody waits for create one session, in order', async () => {
    const client = app.client();
    const create = jest.spyOn(app.backend.store, 'create');
    await app.visit(client, (req, res) => {
      req.session.cart = { tea: 1 };
      req.session.save();
      req.session.cart = { tea: 2 };
      req.session.save();
      ok(res);
    });
    expect(create).toHaveBeenCalledTimes(1);
    expect((await app.visit(client, show)).body).toEqual({ cart: { tea: 2 } });
  });

  it('an error of save and of reload goes to the callback', async () => {
    const client = await holding({ cart: { tea: 1 } });
    const { body } = await app.visit(client, async (req, res) => {
      jest.spyOn(app.backend.store, 'save').mockRejectedValueOnce(new Error('no save'));
      jest.spyOn(app.backend.store, 'find').mockRejectedValueOnce(new Error('no find'));
      req.session.cart = { tea: 2 };
      const saved = await done((callback) => req.session.save(callback)).catch((error: Error) => error.message);
      const found = await done((callback) => req.session.reload(callback)).catch((error: Error) => error.message);
      res.json([saved, found]);
    });
    expect(body).toEqual(['no save', 'no find']);
  });

  it('reload of a session that has ended is an error', async () => {
    const { body } = await app.visit(app.client(), async (req, res) => {
      res.json(await done((callback) => req.session.reload(callback)).catch((error: Error) => error.message));
    });
    expect(body).toBe('failed to load session');
  });

  it('regenerate gives a new, empty session under a new id and ends the old one', async () => {
    const client = await holding({ cart: { tea: 1 } });
    const old = new Map(client.jar);
    const { body } = await app.visit(client, async (req, res) => {
      const before = req.sessionID;
      await done((callback) => req.session.regenerate(callback));
      const empty = req.session.cart === undefined;
      req.session.cart = { milk: 1 };
      res.json([empty, before === req.sessionID]);
    });
    expect(body).toEqual([true, false]);
    expect((await app.visit(client, show)).body).toEqual({ cart: { milk: 1 } });
    client.jar.set('baton', old.get('baton')!);
    expect((await app.visit(client, show)).body).toEqual({});
  });

  it('destroy ends it, and nothing is stored by this request', async () => {
    const client = await holding({ cart: { tea: 1 } });
    const { body, headers } = await app.visit(client, async (req, res) => {
      req.session.cart = { tea: 9 };
      await done((callback) => req.session.destroy(callback));
      res.json(req.session === undefined);
    });
    expect([body, headers.getSetCookie()]).toEqual([true, []]);
    expect((await app.visit(client, show)).body).toEqual({});
  });

  it('touch starts the time of the cookie again', async () => {
    const { body } = await app.visit(await holding({ cart: { tea: 1 } }), (req, res) => {
      req.session.cookie.maxAge = 1000;
      req.session.cookie.originalMaxAge = 60_000;
      req.session.touch();
      res.json(req.session.cookie.maxAge);
    });
    expect(body).toBeGreaterThan(59_000);
  });

  it('50 concurrent requests that change different paths all survive', async () => {
    const client = await holding({ cart: {} });
    const change = app.route((req, res) => {
      const i = Number(req.query['i']);
      if (i % 2) (req.session.cart ??= {})[`sku-${i}`] = i;
      else loose(req)[`top-${i}`] = i;
      ok(res);
    });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => client.get(`${change}?i=${i}`)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const { body } = await app.visit(client, show);
    expect([Object.keys(body.cart).length, Object.keys(body).length]).toEqual([25, 26]);
  });

  it('what one request does to its copy, no other request sees', async () => {
    const client = await holding({ list: [{ deep: [1, 2] }], cart: { tea: 1 } });
    const seen: unknown[] = [];
    await app.visit(client, async (req, res) => {
      const list = loose(req)['list'] as { deep: number[]; more?: string }[];
      list[0]!.deep.push(3);
      list[0]!.more = 'x';
      list.push({ deep: [] });
      delete req.session.cart!['tea'];
      const other = await app.visit(client, show);
      seen.push(other.body);
      ok(res);
    });
    expect(seen).toEqual([{ list: [{ deep: [1, 2] }], cart: { tea: 1 } }]);
    expect((await app.visit(client, show)).body).toEqual({ list: [{ deep: [1, 2, 3], more: 'x' }, { deep: [] }], cart: {} });
  });

  class Point {
    constructor(
      readonly x: number,
      private readonly hidden = 'no',
    ) {}
    toJSON() {
      return { x: this.x, seen: this.hidden === 'no' };
    }
  }
  const date = new Date('2026-01-02T03:04:05Z');

  it.each<[string, () => unknown, unknown]>([
    ['a date', () => date, date.toISOString()],
    ['undefined', () => undefined, undefined],
    ['a function', () => () => 1, undefined],
    ['a symbol', () => Symbol('x'), undefined],
    ['a class instance', () => new Point(1), { x: 1, seen: true }],
    ['a map', () => new Map([['a', 1]]), {}],
    ['not a number', () => Number.NaN, undefined],
    ['members without a value', () => ({ a: undefined, b: 1 }), { b: 1 }],
    ['holes in a list', () => [1, undefined, 3], [1, null, 3]],
    ['a getter', () => Object.defineProperty({}, 'a', { get: () => 7, enumerable: true }), { a: 7 }],
    ['an object without a prototype', () => Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    ['an own __proto__', () => JSON.parse('{"a": 1, "__proto__": {"admin": true}}'), { a: 1 }],
  ])('stores %s as JSON does, as a new value and in place of an old one', async (_what, value, stored) => {
    const put = (req: Request, res: Response) => ok(Object.assign(loose(req), { thing: value() }) && res);
    for (const before of [{ other: 1 }, { other: 1, thing: {} }]) {
      const client = await holding(before);
      await app.visit(client, put);
      const { body } = await app.visit(client, show);
      expect([body.other, body.thing]).toEqual([1, stored]);
      expect((body.thing as Anything | undefined)?.['admin']).toBeUndefined();
    }
    expect(({} as Anything)['admin']).toBeUndefined();
  });

  it('an unchanged session is not stored, whatever is read from it', async () => {
    const client = await holding({ cart: { tea: 1 }, when: date, list: [1, [2]], thing: new Point(1) });
    const save = jest.spyOn(app.backend.store, 'save');
    await app.visit(client, (req, res) => ok(Object.assign(loose(req), { when: new Date(date), cart: { tea: 1 } }) && res));
    await app.visit(client, show);
    expect(save).not.toHaveBeenCalled();
  });
});

describe('what JSON cannot express', () => {
  const circular: Loose = {};
  circular['self'] = circular;
  const HOSTILE: [string, unknown][] = [
    ['a cycle', circular],
    ['a big integer', 1n],
    ['a getter that throws', Object.defineProperty({}, 'a', { get: () => JSON.parse('{'), enumerable: true })],
  ];

  it.each(HOSTILE)('%s is an error with the baton engine, and the session stays as it was', async (_what, value) => {
    const app = await startSessionApp('baton');
    const client = app.client();
    await app.visit(client, (req, res) => ok(Object.assign(req.session, { cart: { tea: 1 } }) && res));
    const messages: string[] = [];
    const answer = await app.visit(client, async (req, res) => {
      loose(req)['thing'] = value;
      await done((callback) => req.session.save(callback)).catch((error: Error) => messages.push(error.message));
      ok(res);
    });
    expect([answer.status, messages]).toEqual([500, [expect.stringContaining('JSON cannot express')]]);
    expect((await app.visit(client, show)).body).toEqual({ cart: { tea: 1 } });
  });

  it.each([
    ['save', 5],
    ['__proto__', { save: null }],
  ])('an attribute named %s breaks only its own request', async (name, value) => {
    const app = await startSessionApp('baton');
    const client = app.client();
    await app.visit(client, (req, res) => ok(Object.assign(req.session, { cart: { tea: 1 } }) && res));
    const answer = await app.visit(client, (req, res) => {
      loose(req)[name] = value;
      loose(req)['other'] = 1;
      ok(res);
    });
    expect(answer.status).toBe(500);
    expect((await app.visit(client, show)).body).toEqual({ cart: { tea: 1 } });
  });
});
