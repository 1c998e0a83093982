/** Stock, with node-redis's timer per command switched off. */
import { RedisStore } from 'connect-redis';
import { createClient } from 'redis';
import { serveExpressSession } from './serve-express-session.ts';
import { settings } from './settings.ts';

const client = await createClient({ url: settings.redisUrl, commandOptions: { timeout: undefined } }).connect();
await serveExpressSession(new RedisStore({ client }));
