import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

const ACCEPTABLE = /^[A-Za-z0-9_-]{8,64}$/;

/** Gives the request an id, for the log and the client. The id of a proxy is kept only where proxies are trusted. */
export const requestId =
  ({ trustProxy }: { trustProxy: boolean }) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const given = trustProxy ? request.get('x-request-id') : undefined;
    const id = given && ACCEPTABLE.test(given) ? given : randomUUID();
    request.id = id;
    response.set('X-Request-Id', id);
    next();
  };
