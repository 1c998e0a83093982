import type { Request, Response } from 'express';
import { toProblem, type Problem } from './problem.ts';

/** Renders a problem as a page. Its inline styles and scripts need `response.locals.cspNonce`. */
export type ErrorPage = (problem: Problem, request: Request, response: Response) => string;

const ERROR_PAGE = 'error page';

export const useErrorPage = (app: { set(name: string, value: unknown): unknown }, page: ErrorPage) => app.set(ERROR_PAGE, page);

/** The one place where an error becomes a response: a page for people, a problem document for programs. */
export function sendProblem(error: unknown, request: Request, response: Response): void {
  const { problem, headers } = toProblem(error);
  logUnexpected(error, problem, request);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.status(problem.status).set(headers).set('Cache-Control', 'no-store').vary('Accept');
  const page = request.app?.get(ERROR_PAGE) as ErrorPage | undefined;
  if (page && prefersPage(request)) response.type('html').send(page(problem, request, response));
  else response.type('application/problem+json').send(JSON.stringify(problem));
}

/** True for a browser's navigation. A program that accepts anything gets JSON. */
export const prefersPage = (request: Request): boolean =>
  request.accepts(['json', 'application/problem+json', 'html']) === 'html';

function logUnexpected(error: unknown, problem: Problem, request: Request): void {
  if (problem.status >= 500 && problem.status !== 503) request.log?.error({ err: error }, 'request failed');
}
