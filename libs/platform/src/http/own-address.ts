import type { NextFunction, Request, Response } from 'express';
import { ProblemException } from './problem.exception.ts';
import { sendProblem } from './send-problem.ts';

const ADDRESS = /^[\w.:[\]-]{1,255}(, ?[\w.:[\]-]{1,255}){0,9}$/;
const PROTOCOL = /^https?(, ?https?){0,9}$/;

/** Pages and origin checks believe these headers about this app's own address, so they have to be one. */
export function plausibleAddress(req: Request, res: Response, next: NextFunction): void {
  const isPlausible = (name: string, form: RegExp) => form.test(req.get(name) ?? 'http');
  if (isPlausible('host', ADDRESS) && isPlausible('x-forwarded-host', ADDRESS) && isPlausible('x-forwarded-proto', PROTOCOL))
    next();
  else
    sendProblem(new ProblemException(400, { title: 'Bad Request', detail: 'The address of this request is not one.' }), req, res);
}
