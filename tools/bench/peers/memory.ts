/** express-session's memory store: no network, and no second replica. */
import { MemoryStore } from 'express-session';
import { serveExpressSession } from './serve-express-session.ts';

await serveExpressSession(new MemoryStore());
