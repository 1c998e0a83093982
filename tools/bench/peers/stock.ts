/** Stock: the stack of most NestJS applications. */
import { RedisStore } from 'connect-redis';
import { createClient } from 'redis';
import { serveExpressSession } from './serve-express-session.ts';
import { settings } from './settings.ts';

const client = await createClient({ url: settings.redisUrl }).connect();
await serveExpressSession(new RedisStore({ client }));
