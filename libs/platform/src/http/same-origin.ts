import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { ProblemException } from './problem.exception.ts';
import { sendProblem } from './send-problem.ts';

const CHANGES_NOTHING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a state-changing request that another site made a browser send (CSRF): first by Fetch Metadata, else by Origin.
 * A client that sends neither header is not a recent browser, so no other site can make it send our cookie.
 * `https`: the cookie is Secure, so the site is https, also where the proxy that terminates TLS does not say so.
 * Source: OWASP CSRF cheat sheet; the order is that of Go's `http.CrossOriginProtection`.
 */
export const sameOriginOnly =
  ({ https }: { https: boolean }): RequestHandler =>
  (request: Request, response: Response, next: NextFunction) => {
    if (CHANGES_NOTHING.has(request.method) || isFromHere(request, https)) next();
    else
      sendProblem(
        new ProblemException(403, { title: 'Forbidden', detail: 'This request came from another site.' }),
        request,
        response,
      );
  };

export function isFromHere(request: Pick<Request, 'get' | 'host' | 'protocol'>, https: boolean): boolean {
  const site = request.get('sec-fetch-site');
  if (site) return site === 'same-origin' || site === 'none';
  const origin = request.get('origin');
  return origin === undefined || ownOrigins(request, https).includes(origin);
}

/** Browsers send Secure cookies to loopback hosts over plain http too. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** @param host with or without a port, as in a Host header. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

function ownOrigins({ host, protocol }: Pick<Request, 'host' | 'protocol'>, https: boolean): string[] {
  const protocols = !https ? [protocol] : isLoopback(host) ? ['https', protocol] : ['https'];
  return protocols
    .map((scheme) => `${scheme}://${host}`)
    .filter((address) => URL.canParse(address))
    .map((address) => new URL(address).origin);
}
