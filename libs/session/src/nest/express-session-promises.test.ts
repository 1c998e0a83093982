/**
 * What express-session promises its users, as cases over both engines on node:http. Its own test suite is not
 * copied here: these are written from its README and its public behaviour:
 * load, save, ids, responses, methods, cookie. Whatever holds for one engine only is in the table of differences below.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { browserless, type HttpResponse, type Client } from '../../../../test/support/client.ts';
import { onCleanup } from '../../../../test/support/cleanup.ts';
import { ENGINES, type Engine } from '../../../../test/support/session-app.ts';
import { sessionMiddleware } from '../http/engine.ts';
import { ExpressStore } from '../http/express-store.ts';
import { loadedRecord } from '../http/session-object.ts';
import { Peppers } from '../model/id.ts';
import { createBackend } from '../stores/backend.ts';
import { sessionSettings, toSessionConfig } from './session-config.ts';

type Handler = (req: Request, res: Response) => unknown;

/** A plain Node server with the middleware; no framework. An error given to `next` becomes the response. */
async function site(engine: Engine) {
  const config = toSessionConfig(
    z.object(sessionSettings).parse({
      SESSION_STRATEGY: 'memory',
      SESSION_ENGINE: engine,
      SESSION_SECRETS: 'a secret that signs cookies',
      SESSION_PEPPER: 'a pepper that makes keys',
      COOKIE_SECURE: 'false',
    }),
  );
  const backend = createBackend(config);
  const expressStore = new ExpressStore(backend.store, new Peppers(config.peppers), config, config.cookie.secure);
  const fail = (error: unknown, _req: Request, res: Response) => void res.writeHead(500).end((error as Error).message);
  const middleware = sessionMiddleware(config, expressStore, fail);
  const stage: { before: Handler; handler: Handler } = { before: () => undefined, handler: (_req, res) => res.end() };
  const server = createServer((incoming: IncomingMessage, answer) => {
    const [req, res] = [incoming as Request, answer as Response];
    stage.before(req, res);
    middleware(req, res, (error?: unknown) => {
      if (error) return void (res.headersSent || res.writeHead(500).end((error as Error).message));
      void stage.handler(req, res);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const visit = (client: Client, handler: Handler, before: Handler = () => undefined): Promise<HttpResponse> => {
    Object.assign(stage, { before, handler });
    return client.get('/');
  };
  return { store: backend.store, expressStore, visit, client: () => browserless(url) };
}

type Site = Awaited<ReturnType<typeof site>>;

const count: Handler = (req, res) => {
  const session = req.session as unknown as { views?: number };
  session.views = (session.views ?? 0) + 1;
  res.end(`view ${session.views}`);
};
const put = (req: Request, attributes: object) => void Object.assign(req.session, attributes);
const peek: Handler = (req, res) => res.end(JSON.stringify(Object.assign({}, req.session, { cookie: undefined })));
const cookies = ({ headers }: HttpResponse) => headers.getSetCookie().filter((cookie) => cookie.startsWith('baton='));

/** Each answers with what must be the same under both engines. */
const PROMISES: [string, (it: Site) => Promise<unknown>, unknown][] = [
  [
    'a session counts views',
    async ({ visit, client }) => {
      const visitor = client();
      return [(await visit(visitor, count)).text, (await visit(visitor, count)).text, (await visit(client(), count)).text];
    },
    ['view 1', 'view 2', 'view 1'],
  ],
  [
    'a request that already has a session is left alone',
    async ({ visit, client }) => {
      const answer = await visit(client(), count, (req) => void Object.assign(req, { session: { views: 41 } }));
      return [answer.text, cookies(answer)];
    },
    ['view 42', []],
  ],
  [
    'an error of the store goes to next',
    async ({ store, visit, client }) => {
      const visitor = client();
      await visit(visitor, count);
      store.find = () => Promise.reject(new Error('boom'));
      const { status, text } = await visit(visitor, count);
      return [status, text];
    },
    [500, 'boom'],
  ],
  [
    'an empty URL does not matter',
    async ({ visit, client }) => cookies(await visit(client(), count, (req) => void (req.url = ''))).length,
    1,
  ],
  [
    'a second end changes nothing',
    async ({ visit, client }) =>
      (
        await visit(client(), (req, res) => {
          put(req, { views: 1 });
          res.end('first');
          res.end();
        })
      ).text,
    'first',
  ],
  [
    'end takes null, buffers and encodings',
    async ({ visit, client }) => {
      const ends: ((res: Response) => unknown)[] = [
        (res) => res.end(null),
        (res) => res.end(Buffer.from('a')),
        (res) => res.end('YQ==', 'base64'),
      ];
      const answers: string[] = [];
      for (const end of ends) answers.push((await visit(client(), (req, res) => (put(req, { views: 1 }), end(res)))).text);
      return answers;
    },
    ['', 'a', 'a'],
  ],
  [
    'an answer has the length it was given, whether empty, whole or in parts',
    async ({ visit, client }) => {
      const answers: string[] = [];
      for (const parts of [[''], ['hello'], ['hel', 'lo'], ['h', 'e', 'llo']]) {
        const answer = await visit(client(), (req, res) => {
          put(req, { views: 1 });
          res.setHeader('Content-Length', parts.join('').length);
          for (const part of parts.slice(0, -1)) res.write(part);
          res.end(parts.at(-1));
        });
        answers.push(answer.text + cookies(answer).length);
      }
      return answers;
    },
    ['1', 'hello1', 'hello1', 'hello1'],
  ],
  [
    'names of its own in a store do not replace its methods',
    async ({ store, visit, client }) => {
      const visitor = client();
      await visit(visitor, count);
      await visit(visitor, (req, res) => {
        const { key } = loadedRecord(req.session)!;
        void store.update(key, (all) => ({ ...all, save: 'nope', reload: 1 })).then(() => res.end());
      });
      return (await visit(visitor, count)).text;
    },
    'view 2',
  ],
  [
    'a handler sees only its data and the cookie',
    async ({ visit, client }) =>
      (await visit(client(), (req, res) => (put(req, { b: 1, a: 2 }), res.end(Object.keys(req.session).toSorted().join())))).text,
    'a,b,cookie',
  ],
  [
    'a session that is missing from the store is replaced under another id',
    async ({ store, visit, client }) => {
      const visitor = client();
      const [first] = cookies(await visit(visitor, count));
      await visit(visitor, (req, res) => void store.revoke(loadedRecord(req.session)!.key, 'logout').then(() => res.end()));
      const answer = await visit(visitor, count);
      return [answer.text, cookies(answer)[0]!.slice(0, 20) === first!.slice(0, 20)];
    },
    ['view 1', false],
  ],
  [
    'methods of the answer may be wrapped before and after it',
    async ({ visit, client }) => {
      const shout = (res: Response, mark: string) => {
        const { end } = res as unknown as { end: (chunk: string) => Response };
        Object.assign(res, { end: (chunk = '') => end.call(res, chunk + mark) });
      };
      const handler: Handler = (req, res) => {
        shout(res, '!');
        put(req, { views: 1 });
        res.end('hello');
      };
      return (await visit(client(), handler, (_req, res) => shout(res, '?'))).text;
    },
    'hello!?',
  ],
  [
    'save once more is not needed after save, and is done for what changed since',
    async ({ visit, client }) => {
      const visitor = client();
      await visit(visitor, (req, res) => {
        put(req, { a: 1 });
        req.session.save(() => {
          put(req, { b: 2 });
          res.end();
        });
      });
      return (await visit(visitor, peek)).text;
    },
    '{"a":1,"b":2}',
  ],
  [
    'a deleted session is neither saved nor ended',
    async ({ visit, client }) => {
      const visitor = client();
      await visit(visitor, count);
      await visit(visitor, (req, res) => {
        delete (req as { session?: unknown }).session;
        res.end();
      });
      return (await visit(visitor, count)).text;
    },
    'view 2',
  ],
  [
    'the store is there, and loads a session by its id',
    async ({ visit, client }) => {
      const visitor = client();
      await visit(visitor, count);
      const load: Handler = (req, res) => {
        const store = req.sessionStore as unknown as {
          load(sid: string, callback: (error: unknown, session: { views: number }) => void): void;
        };
        store.load(req.sessionID, (_error, session) => res.end(String(session.views)));
      };
      return (await visit(visitor, load)).text;
    },
    '1',
  ],
  [
    'a new cookie is what the handler made of it',
    async ({ visit, client }) => {
      const answer = await visit(client(), (req, res) => {
        put(req, { a: 1 });
        Object.assign(req.session.cookie, { path: '/shop', httpOnly: false, sameSite: 'strict', expires: null });
        res.end();
      });
      return cookies(answer)[0]!.replace(/=[^;]+/, '');
    },
    'baton; Path=/shop; SameSite=Strict',
  ],
  [
    'maxAge counts down from originalMaxAge',
    async ({ visit, client }) => {
      const read: Handler = (req, res) => {
        const { maxAge, originalMaxAge, expires } = req.session.cookie;
        res.end(String(maxAge! <= originalMaxAge! && Math.abs(expires!.getTime() - Date.now() - maxAge!) < 1000));
      };
      return (await visit(client(), read)).text;
    },
    'true',
  ],
  [
    "cookies that others set are kept beside the session's",
    async ({ visit, client }) => {
      const { headers } = await visit(client(), (req, res) => {
        put(req, { a: 1 });
        res.setHeader('Set-Cookie', 'mine=1');
        res.end();
      });
      return headers.getSetCookie().map((cookie) => cookie.split('=')[0]);
    },
    ['mine', 'baton'],
  ],
];

/** What is different on purpose: what one request answers under express-session, under baton, and why. */
const DIFFERENCES: [string, string, (it: Site) => Promise<unknown>, Record<Engine, unknown>][] = [
  [
    'a save that fails',
    'A response that reports success must be true, so nothing is sent before the session is stored.',
    async ({ store, visit, client }) => {
      store.create = () => Promise.reject(new Error('unavailable'));
      return (await visit(client(), count)).text;
    },
    { baton: 'unavailable', 'express-session': 'view 1' },
  ],
  [
    'a change after the first byte of the answer',
    'It would be stored after the client has read success; call save() for it.',
    async ({ visit, client }) => {
      const visitor = client();
      await visit(visitor, count);
      await visit(visitor, (req, res) => {
        res.write('hello');
        put(req, { late: true });
        res.end();
      });
      return (await visit(visitor, peek)).text;
    },
    { baton: '{"views":1}', 'express-session': '{"views":1,"late":true}' },
  ],
  [
    'a change of a stored session',
    'The cookie names the session, and neither its id nor its end changes with its data.',
    async ({ visit, client }) => {
      const visitor = client();
      await visit(visitor, count);
      return cookies(await visit(visitor, count)).length;
    },
    { baton: 0, 'express-session': 1 },
  ],
  [
    'a regenerated session without data',
    'Nothing is stored, and no cookie set, before there is something to keep.',
    async ({ visit, client }) => cookies(await visit(client(), (req, res) => req.session.regenerate(() => res.end()))).length,
    { baton: 0, 'express-session': 1 },
  ],
  [
    'an error of the store with code ENOENT',
    'Not found is null; a throw always means "cannot tell", and must not look like a logout.',
    async ({ store, visit, client }) => {
      const visitor = client();
      await visit(visitor, count);
      store.find = () => Promise.reject(Object.assign(new Error('no entry'), { code: 'ENOENT' }));
      return (await visit(visitor, count)).text;
    },
    { baton: 'no entry', 'express-session': 'view 1' },
  ],
  [
    "a store that emits 'disconnect'",
    'Requests would run without a session, which looks like a logout. Our stores never emit it.',
    async ({ expressStore, visit, client }) => {
      const visitor = client();
      await visit(visitor, count);
      expressStore.emit('disconnect');
      return (await visit(visitor, (req, res) => res.end(String(req.session === undefined)))).text;
    },
    { baton: 'false', 'express-session': 'true' },
  ],
  [
    'an id that a handler assigns to req.sessionID',
    'Ids are made by the library alone; a session is stored under the id it was made with.',
    async ({ visit, client }) =>
      cookies(await visit(client(), (req, res) => (Object.assign(req, { sessionID: () => 1 }), put(req, { a: 1 }), res.end())))
        .length,
    { baton: 1, 'express-session': 0 },
  ],
  [
    'an id in req.signedCookies',
    'That is how cookie-parser gave it to old versions; the header is the one place where it is read.',
    async ({ visit, client }) => {
      const visitor = client();
      let id = '';
      await visit(visitor, (req, res) => {
        id = req.sessionID;
        count(req, res);
      });
      return (await visit(client(), count, (req) => void Object.assign(req, { signedCookies: { baton: id } }))).text;
    },
    { baton: 'view 1', 'express-session': 'view 2' },
  ],
];

/** Its options, and why each is as it is. The engine offers none of them to an application. */
const OPTIONS: Record<string, string> = {
  cookie: 'COOKIE_SECURE decides; the rest is fixed to what OWASP asks for',
  'cookie.domain': 'never set: for this host alone, as the __Host- prefix demands',
  'cookie.expires': "the session's absolute end, SESSION_ABSOLUTE_SECONDS",
  'cookie.httpOnly': 'always',
  'cookie.maxAge': "the session's absolute end, SESSION_ABSOLUTE_SECONDS",
  'cookie.partitioned': 'never: it is no third-party cookie',
  'cookie.path': 'always /, as the __Host- prefix demands',
  'cookie.priority': 'never set: no standard',
  'cookie.sameSite': 'always lax',
  'cookie.secure': "COOKIE_SECURE; 'auto' would send the cookie in clear once",
  genid: 'the id has a form that the library looks for: it locates the session and proves its age',
  name: '__Host-baton, or baton without HTTPS',
  proxy: 'the engine sets a Secure cookie whatever the request came over; TRUST_PROXY is for addresses',
  resave: 'always false: an unchanged session is never written, so it cannot overwrite what others changed',
  rolling: 'always false: the idle end is kept in the store, not in the cookie',
  saveUninitialized: 'always false: nothing is stored, and no cookie set, before there is something to keep',
  secret: 'SESSION_SECRETS; the first signs, all verify',
  store: 'SESSION_STRATEGY; also stores without touch() and synchronous ones do not exist here',
  unset: "always 'keep': Sessions.signOut or destroy() end a session, deleting a property does not",
};

describe.each(ENGINES)('the %s engine keeps what express-session promises', (engine) => {
  it.each(PROMISES)('%s', async (_promise, result, expected) => {
    expect(await result(await site(engine))).toEqual(expected);
  });
});

describe('the engines differ on purpose in', () => {
  it.each(DIFFERENCES)('%s. %s', async (_what, _why, result, expected) => {
    for (const engine of ENGINES) expect([engine, await result(await site(engine))]).toEqual([engine, expected[engine]]);
  });
});

describe('the options of express-session', () => {
  it('are all accounted for', async () => {
    const readme = await readFile(new URL('../../../../node_modules/express-session/README.md', import.meta.url), 'utf8');
    const options = [...readme.matchAll(/^##### (\S+)$/gm)].map(([, name]) => name);
    expect(Object.keys(OPTIONS)).toEqual(options);
  });
});
