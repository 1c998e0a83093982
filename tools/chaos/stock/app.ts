/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 takes a rejection for an error */
import express, { type NextFunction, type Request, type Response } from 'express';
import session from 'express-session';
import { RedisStore } from 'connect-redis';
import { Pool } from 'pg';
import { createClient } from 'redis';

interface Shop {
  name?: string;
  cart?: Record<string, number>;
  preferences?: Record<string, string>;
}

/** What the session holds. Not declared on SessionData: the apps of this workspace have a declaration of their own. */
const shop = (req: Request): Shop => req.session;

const environment = (name: string): string => process.env[name] ?? '';

/**
 * The same shop as most shops are made: express-session over connect-redis, as their READMEs show it. It answers the same
 * requests as Baton's apps, so that the same visitors and the same judge can be sent there. Users are in Postgres.
 */
const redis = createClient({ url: environment('REDIS_URL') });
redis.on('error', () => undefined);
const postgres = new Pool({ connectionString: environment('DATABASE_URL') });
postgres.on('error', () => undefined);
await redis.connect();
await postgres
  .query('CREATE TABLE IF NOT EXISTS stock_user (name text PRIMARY KEY, password text NOT NULL)')
  .catch(() => undefined);

const app = express();
app.get(['/health/live', '/health/ready'], (_, res) => void res.json({ status: 'ok' }));
app.use(express.json());
app.use(
  session({
    store: new RedisStore({ client: redis }),
    name: 'baton',
    secret: environment('SESSION_SECRETS'),
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 28_800_000, sameSite: 'lax' },
  }),
);

const signedIn = (req: Request, res: Response, next: NextFunction) => (shop(req).name ? next() : res.status(401).json({}));
const promised = (work: (done: (error?: unknown) => void) => void) =>
  new Promise<void>((resolve, reject) => work((error) => (error ? reject(error) : resolve())));
/** Which sessions a user has: a set in Redis, because connect-redis keeps none. */
const sessionsOf = (name: string) => `sessions-of:${name}`;

async function open(req: Request, name: string): Promise<void> {
  await promised((done) => req.session.regenerate(done));
  shop(req).name = name;
  await redis.sAdd(sessionsOf(name), req.sessionID);
}

async function endOthers(req: Request): Promise<void> {
  const ids = await redis.sMembers(sessionsOf(shop(req).name!));
  const others = ids.filter((id) => id !== req.sessionID).map((id) => `sess:${id}`);
  if (others.length > 0) await redis.del(others);
}

app.post('/auth/register', async (req, res) => {
  const { username, password } = req.body as Record<string, string>;
  await postgres.query('INSERT INTO stock_user VALUES ($1, $2)', [username, password]);
  res.status(201).json({});
});
app.post('/auth/login', async (req, res) => {
  const { username, password } = req.body as Record<string, string>;
  const { rowCount } = await postgres.query('SELECT 1 FROM stock_user WHERE name = $1 AND password = $2', [username, password]);
  if (!rowCount) return res.status(401).json({});
  await open(req, username!);
  return res.json({ user: { name: username } });
});
app.post('/auth/logout', async (req, res) => {
  await promised((done) => req.session.destroy(done));
  res.clearCookie('baton').status(204).end();
});
app.delete('/auth/sessions', signedIn, async (req, res) => {
  await endOthers(req);
  res.json({});
});
app.post('/auth/password', signedIn, async (req, res) => {
  const { currentPassword, newPassword } = req.body as Record<string, string>;
  const { name, cart, preferences } = shop(req);
  const { rowCount } = await postgres.query('UPDATE stock_user SET password = $3 WHERE name = $1 AND password = $2', [
    name,
    currentPassword,
    newPassword,
  ]);
  if (!rowCount) return res.status(403).json({});
  await endOthers(req);
  await open(req, name!);
  Object.assign(shop(req), { cart, preferences });
  return res.status(204).end();
});
app.get('/api/session', signedIn, (req, res) => void res.json({ user: { name: shop(req).name }, store: 'redis' }));
app.get('/api/cart', signedIn, (req, res) => void res.json({ items: items(req) }));
app.post('/api/cart/items', signedIn, (req, res) => {
  const { sku, quantity } = req.body as { sku: string; quantity: number };
  const cart = (shop(req).cart ??= {});
  cart[sku] = (cart[sku] ?? 0) + quantity;
  res.json({ items: items(req) });
});
app.get('/api/preferences', signedIn, (req, res) => void res.json(shop(req).preferences ?? {}));
app.put('/api/preferences', signedIn, (req, res) => {
  shop(req).preferences = { ...shop(req).preferences, ...(req.body as Record<string, string>) };
  res.json(shop(req).preferences);
});

const items = (req: Request) => Object.entries(shop(req).cart ?? {}).map(([sku, quantity]) => ({ sku, quantity }));

app.listen(Number(environment('PORT')), '127.0.0.1');
