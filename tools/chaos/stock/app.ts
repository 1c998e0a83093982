/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 forwards a rejection to the error handler */
import express, { type NextFunction, type Request, type Response } from 'express';
import session from 'express-session';
import { RedisStore } from 'connect-redis';
import { Pool } from 'pg';
import { createClient } from 'redis';

interface Data {
  name?: string;
  tally?: Record<string, number>;
  preferences?: Record<string, string>;
}

/** The session's data. It is not declared on SessionData, which the apps of this workspace extend. */
const dataOf = (req: Request): Data => req.session;

const environment = (name: string): string => process.env[name] ?? '';

/**
 * The stock stack: express-session over connect-redis, set up as their READMEs show. It serves the same routes as Baton's apps, so
 * the same visitors and checks apply. Users are in Postgres.
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

const signedIn = (req: Request, res: Response, next: NextFunction) => (dataOf(req).name ? next() : res.status(401).json({}));
const promised = (work: (done: (error?: unknown) => void) => void) =>
  new Promise<void>((resolve, reject) => work((error) => (error ? reject(error) : resolve())));
/** Which sessions a user has: a set in Redis, because connect-redis keeps none. */
const sessionsOf = (name: string) => `sessions-of:${name}`;

async function open(req: Request, name: string): Promise<void> {
  await promised((done) => req.session.regenerate(done));
  dataOf(req).name = name;
  await redis.sAdd(sessionsOf(name), req.sessionID);
}

async function endOthers(req: Request): Promise<void> {
  const ids = await redis.sMembers(sessionsOf(dataOf(req).name!));
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
  const { name, tally, preferences } = dataOf(req);
  const { rowCount } = await postgres.query('UPDATE stock_user SET password = $3 WHERE name = $1 AND password = $2', [
    name,
    currentPassword,
    newPassword,
  ]);
  if (!rowCount) return res.status(403).json({});
  await endOthers(req);
  await open(req, name!);
  Object.assign(dataOf(req), { tally, preferences });
  return res.status(204).end();
});
app.get('/api/session', signedIn, (req, res) => void res.json({ user: { name: dataOf(req).name }, store: 'redis' }));
app.get('/api/tally', signedIn, (req, res) => void res.json({ tally: dataOf(req).tally ?? {} }));
app.post('/api/tally', signedIn, (req, res) => {
  const { name, amount } = req.body as { name: string; amount: number };
  const tally = (dataOf(req).tally ??= {});
  tally[name] = (tally[name] ?? 0) + amount;
  res.json({ tally });
});
app.get('/api/preferences', signedIn, (req, res) => void res.json(dataOf(req).preferences ?? {}));
app.put('/api/preferences', signedIn, (req, res) => {
  dataOf(req).preferences = { ...dataOf(req).preferences, ...(req.body as Record<string, string>) };
  res.json(dataOf(req).preferences);
});

app.listen(Number(environment('PORT')), '127.0.0.1');
