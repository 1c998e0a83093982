/** express-session's own memory store: no network at all, and no second replica. */
import { MemoryStore } from 'express-session';
import { serveExpressSession } from './serve-express-session.ts';

await serveExpressSession(new MemoryStore());
