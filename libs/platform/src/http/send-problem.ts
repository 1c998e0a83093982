import type { Request, Response } from 'express';
import { toProblem, type Problem } from './problem.ts';

/** Renders a problem for people; the app brings its own look. `res.locals.cspNonce` is there for its styles and scripts. */
export type ErrorPage = (problem: Problem, req: Request, res: Response) => string;

const ERROR_PAGE = 'error page';

export const useErrorPage = (app: { set(name: string, value: unknown): unknown }, page: ErrorPage) => app.set(ERROR_PAGE, page);

/** The one place where an error becomes an answer: a page for people, a problem document for programs. */
export function sendProblem(error: unknown, req: Request, res: Response): void {
  const { problem, headers } = toProblem(error);
  logUnexpected(error, problem, req);
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.status(problem.status).set(headers).set('Cache-Control', 'no-store').vary('Accept');
  const page = req.app?.get(ERROR_PAGE) as ErrorPage | undefined;
  if (page && prefersPage(req)) res.type('html').send(page(problem, req, res));
  else res.type('application/problem+json').send(JSON.stringify(problem));
}

/** True for what a browser sends when a person navigates; a program that takes anything gets JSON. */
export const prefersPage = (req: Request): boolean => req.accepts(['json', 'application/problem+json', 'html']) === 'html';

function logUnexpected(error: unknown, problem: Problem, req: Request): void {
  if (problem.status >= 500 && problem.status !== 503) req.log?.error({ err: error }, 'request failed');
}
