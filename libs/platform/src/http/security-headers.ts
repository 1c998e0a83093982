import { randomBytes } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';

const HSTS_SECONDS = 365 * 24 * 3600;

/**
 * Headers of every answer. Scripts and styles run only from our own files or with the nonce of this answer (`res.locals.cspNonce`).
 * HSTS and the upgrade to https only where the cookie is Secure: on plain http they would lock people out.
 */
export function securityHeaders({ https }: { https: boolean }): RequestHandler[] {
  return [nonce, helmet(helmetOptions(https)), personalByDefault];
}

function nonce(_req: Request, res: Response, next: NextFunction): void {
  res.locals['cspNonce'] = randomBytes(16).toString('base64url');
  next();
}

/** An answer is nobody else's unless its route says so (OWASP ASVS 14.3.2). */
function personalByDefault(_req: Request, res: Response, next: NextFunction): void {
  res.set('Cache-Control', 'no-store');
  res.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=()');
  next();
}

const withNonce = (_req: unknown, res: unknown) => `'nonce-${String((res as Response).locals['cspNonce'])}'`;

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
