import type { RequestHandler, Response } from 'express';
import expressSession from 'express-session';
import { newSessionId } from '../model/id.ts';
import { BatonSession, type Fail } from './baton-session.ts';
import type { ExpressStore } from './express-store.ts';
import { holdHeaders } from './hold-headers.ts';
import { forbidStoring, SignedCookie } from './signed-cookie.ts';

export interface EngineConfig {
  readonly engine: 'baton' | 'express-session';
  readonly secrets: readonly string[];
  readonly absoluteSeconds: number;
  readonly cookie: { readonly name: string; readonly secure: boolean };
}

/** What drives the sessions of requests. Both understand the same cookie and the same stores: a site can switch and switch back. */
export function sessionMiddleware(config: EngineConfig, expressStore: ExpressStore, fail: Fail): RequestHandler {
  const { name, secure } = config.cookie;
  if (config.engine === 'baton') {
    const cookie = new SignedCookie(name, config.secrets, (id) => expressStore.lookup.storedIds(id));
    const baton = new BatonSession(expressStore, cookie, fail);
    return (request, response, next) => baton.handle(request, response, next);
  }
  const stock = expressSession({
    store: expressStore,
    name,
    secret: [...config.secrets],
    genid: newSessionId,
    resave: false,
    saveUninitialized: false,
    proxy: true,
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: config.absoluteSeconds * 1000 },
  });
  return (request, response, next) => {
    // Else the response to a session that was not created would be a success, with its cookie.
    const refusal = () => expressStore.refusalOf(request.session);
    holdHeaders(response, {
      store: () => (refusal() ? Promise.reject(refusal()!) : null),
      ready: () => undefined,
      fail: (error) => fail(error, request, response),
    });
    forbidStoringCookies(response);
    stock(request, response, (error?: unknown) => {
      // Reported by the held response already.
      if (error === undefined || error !== refusal()) next(error);
    });
  };
}

/** express-session sets its cookie when the head is written, and calls this method afterwards. */
function forbidStoringCookies(response: Response): void {
  const own = response.writeHead.bind(response) as (...args: unknown[]) => Response;
  response.writeHead = (...args: unknown[]) => {
    if (response.hasHeader('Set-Cookie') && !response.headersSent) forbidStoring(response);
    return own(...args);
  };
}
