import { randomBytes } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';

const HSTS_SECONDS = 365 * 24 * 3600;

/**
 * Headers of every response. Scripts and styles run only from our own files or with the nonce of this response (`response.locals.cspNonce`).
 * HSTS and the upgrade to https are set only where the cookie is Secure: on plain http they would lock people out.
 */
export function securityHeaders({ https }: { https: boolean }): RequestHandler[] {
  return [nonce, helmet(helmetOptions(https)), personalByDefault];
}

function nonce(_request: Request, response: Response, next: NextFunction): void {
  response.locals['cspNonce'] = randomBytes(16).toString('base64url');
  next();
}

/** A response is not cached unless its route allows it (OWASP ASVS 14.3.2). */
function personalByDefault(_request: Request, response: Response, next: NextFunction): void {
  response.set('Cache-Control', 'no-store');
  response.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=()');
  next();
}

const withNonce = (_request: unknown, response: unknown) => `'nonce-${String((response as Response).locals['cspNonce'])}'`;

const helmetOptions = (https: boolean): Parameters<typeof helmet>[0] => ({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'", withNonce],
      styleSrc: ["'self'", withNonce],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      ...(https ? { upgradeInsecureRequests: [] } : {}),
    },
  },
  strictTransportSecurity: https ? { maxAge: HSTS_SECONDS, includeSubDomains: true } : false,
  // Not no-referrer: browsers then send "Origin: null" with our own forms.
  referrerPolicy: { policy: 'same-origin' },
  xFrameOptions: { action: 'deny' },
});
