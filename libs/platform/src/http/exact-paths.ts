import type { NextFunction, Request, Response } from 'express';
import { ProblemException } from './problem.exception.ts';
import { sendProblem } from './send-problem.ts';

const INTERNAL = /^\/(health|metrics)(\/|$)/;

/**
 * Edges keep `/metrics` and `/health` from the public. Some compare paths exactly as written, Express ignores case: `/Metrics` would
 * pass them and be served.
 */
export function exactPaths(request: Request, response: Response, next: NextFunction): void {
  const { path } = request;
  if (INTERNAL.test(path) || !INTERNAL.test(path.toLowerCase())) next();
  else sendProblem(new ProblemException(404, { title: 'Not Found' }), request, response);
}
