import type { NextFunction, Request, Response } from 'express';
import { ProblemException } from './problem.exception.ts';
import { sendProblem } from './send-problem.ts';

const CHANGES_NOTHING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a state-changing request that another site made a browser send (CSRF): first by Fetch Metadata, else by Origin.
 * A client that sends neither header is not a recent browser, so no other site can make it send our cookie.
 * Source: OWASP CSRF cheat sheet; the order is that of Go's `http.CrossOriginProtection`.
 */
export function sameOriginOnly(request: Request, response: Response, next: NextFunction): void {
  if (CHANGES_NOTHING.has(request.method) || isFromHere(request)) next();
  else
    sendProblem(
      new ProblemException(403, { title: 'Forbidden', detail: 'This request came from another site.' }),
      request,
      response,
    );
}

export function isFromHere(request: Pick<Request, 'get' | 'host'>): boolean {
  const site = request.get('sec-fetch-site');
  if (site) return site === 'same-origin' || site === 'none';
  const origin = request.get('origin');
  return origin === undefined || hostOf(origin) === request.host;
}

const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);
