import type { NextFunction, Request, Response } from 'express';
import { ProblemException } from './problem.exception.ts';
import { sendProblem } from './send-problem.ts';

const ADDRESS = /^[\w.:[\]-]{1,255}(, ?[\w.:[\]-]{1,255}){0,9}$/;
const PROTOCOL = /^https?(, ?https?){0,9}$/;

/** Pages and origin checks read this app's own address from these headers, so malformed ones are refused. */
export function plausibleAddress(request: Request, response: Response, next: NextFunction): void {
  const isPlausible = (name: string, form: RegExp) => form.test(request.get(name) ?? 'http');
  if (isPlausible('host', ADDRESS) && isPlausible('x-forwarded-host', ADDRESS) && isPlausible('x-forwarded-proto', PROTOCOL))
    next();
  else sendProblem(new ProblemException(400, { title: 'Bad Request', detail: 'Malformed Host header.' }), request, response);
}
