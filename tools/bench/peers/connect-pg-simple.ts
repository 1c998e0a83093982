/** express-session with its Postgres store. */
// @ts-expect-error the package has no types
import connectPgSimple from 'connect-pg-simple';
import session from 'express-session';
import { serveExpressSession } from './serve-express-session.ts';
import { settings } from './settings.ts';

const PostgresStore = connectPgSimple(session);
await serveExpressSession(new PostgresStore({ conString: settings.databaseUrl, createTableIfMissing: true }));
