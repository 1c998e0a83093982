/** better-auth on node:http with sessions in Redis as secondary storage. Sign-in is not measured, so the password hash is a stub. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { fromNodeHeaders } from 'better-auth/node';
import { createClient } from 'redis';
import { settings } from './settings.ts';
import { addToCart, visitor, type Cart, type Item, type Preferences } from './workload.ts';

const redis = await createClient({ url: settings.redisUrl }).connect();

const auth = betterAuth({
  baseURL: `http://127.0.0.1:${settings.port}`,
  secret: settings.secret,
  rateLimit: { enabled: false },
  database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
  secondaryStorage: {
    get: (key) => redis.get(key),
    set: async (key, value, ttl) => void (await redis.set(key, value, ttl ? { EX: ttl } : {})),
    delete: async (key) => void (await redis.del(key)),
    getAndDelete: (key) => redis.getDel(key),
    increment: async (key, ttl) => {
      const count = await redis.incr(key);
      if (ttl) await redis.expire(key, ttl, 'NX');
      return count;
    },
  },
  session: {
    expiresIn: settings.sessionSeconds,
    additionalFields: { cart: { type: 'json', required: false }, preferences: { type: 'json', required: false } },
  },
  emailAndPassword: {
    enabled: true,
    password: { hash: async (password) => password, verify: async ({ hash, password }) => hash === password },
  },
});

async function login(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { n } = (await json(req)) as { n: number };
  const { user, cart, preferences } = visitor(n);
  const body = { email: `visitor-${n}-${Date.now()}@example.org`, password: 'a-long-password', name: user.name };
  const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true });
  const cookie = headers.getSetCookie();
  const sent = cookie.map((line) => line.split(';')[0]).join('; ');
  await auth.api.updateSession({ body: { cart, preferences }, headers: new Headers({ cookie: sent }) });
  res.writeHead(204, { 'set-cookie': cookie }).end();
}

async function current(req: IncomingMessage) {
  const headers = fromNodeHeaders(req.headers);
  const found = await auth.api.getSession({ headers });
  if (!found) return null;
  const { cart, preferences } = found.session as unknown as { cart: Cart; preferences: Preferences };
  return { headers, user: { id: found.user.id, name: found.user.name, roles: ['customer'] }, cart, preferences };
}

function answer(res: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes);
}

async function read(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const found = await current(req);
  if (!found) return answer(res, 401, {});
  answer(res, 200, { user: found.user, cart: found.cart, preferences: found.preferences });
}

async function add(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const item = (await json(req)) as Item;
  const found = await current(req);
  if (!found) return answer(res, 401, {});
  const quantity = addToCart(found.cart, item);
  await auth.api.updateSession({ body: { cart: found.cart }, headers: found.headers });
  answer(res, 201, { quantity });
}

const routes: Record<string, (req: IncomingMessage, res: ServerResponse) => Promise<void>> = {
  'POST /login': login,
  'GET /session': read,
  'POST /cart': add,
};

const server = createServer((req, res) => {
  const route = routes[`${req.method} ${req.url}`];
  if (!route) return answer(res, 404, {});
  route(req, res).catch((error: unknown) => {
    console.error(error);
    answer(res, 500, {});
  });
});
server.listen(settings.port, '127.0.0.1');
