import type { RequestHandler } from 'express';
import expressSession from 'express-session';
import { batonSession } from '../http/baton-session.ts';
import type { ExpressStore } from '../http/express-store.ts';
import { SessionLookup } from '../http/lookup.ts';
import { SignedCookie } from '../http/signed-cookie.ts';
import { newSessionId, type Peppers } from '../model/id.ts';
import type { Backend } from '../stores/backend.ts';
import type { SessionConfig } from './session-config.ts';
import type { Fail } from './tokens.ts';

export interface EngineParts {
  readonly config: SessionConfig;
  readonly backend: Backend;
  readonly expressStore: ExpressStore;
  readonly lookup: SessionLookup;
  readonly peppers: Peppers;
  readonly fail: Fail;
}

/** What drives the sessions of requests. Both understand the same cookie and the same stores: a site can switch and switch back. */
export function sessionMiddleware(parts: EngineParts): RequestHandler {
  return parts.config.engine === 'baton' ? batonEngine(parts) : stockEngine(parts);
}

function batonEngine({ config, backend, expressStore, lookup, peppers, fail }: EngineParts): RequestHandler {
  const cookie = new SignedCookie(config.cookie.name, config.secrets, (id) => lookup.storedIds(id));
  return batonSession({ store: backend.store, expressStore, lookup, cookie, peppers, policy: config, fail });
}

function stockEngine({ config, expressStore }: EngineParts): RequestHandler {
  return expressSession({
    store: expressStore,
    name: config.cookie.name,
    secret: [...config.secrets],
    genid: newSessionId,
    resave: false,
    saveUninitialized: false,
    proxy: true,
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: config.cookie.secure, maxAge: config.absoluteSeconds * 1000 },
  });
}
