/** Fastify with its own session plugin and the same Redis store as stock. */
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { RedisStore } from 'connect-redis';
import Fastify from 'fastify';
import { createClient } from 'redis';
import { settings } from './settings.ts';
import { addToCart, visitor, type Item, type Visitor } from './workload.ts';

declare module 'fastify' {
  interface Session extends Partial<Visitor> {}
}

const client = await createClient({ url: settings.redisUrl }).connect();
const app = Fastify();
await app.register(fastifyCookie);
await app.register(fastifySession, {
  secret: settings.secret,
  store: new RedisStore({ client }),
  saveUninitialized: false,
  cookie: { secure: false, maxAge: settings.sessionSeconds * 1000 },
});

app.post<{ Body: { n: number } }>('/login', async (request, reply) => {
  Object.assign(request.session, visitor(request.body.n));
  return reply.code(204).send();
});

app.get('/session', async (request, reply) => {
  const { user, cart, preferences } = request.session;
  return user ? { user, cart, preferences } : reply.code(401).send();
});

app.post<{ Body: Item }>('/cart', async (request, reply) => {
  const { cart } = request.session;
  if (!cart) return reply.code(401).send();
  return reply.code(201).send({ quantity: addToCart(cart, request.body) });
});

await app.listen({ port: settings.port, host: '127.0.0.1' });
