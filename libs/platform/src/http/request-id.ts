import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

const ACCEPTABLE = /^[A-Za-z0-9_-]{8,64}$/;

/** Names the request, for the log and the client. The name a proxy gave is kept only when a trusted proxy stands in front. */
export const requestId =
  ({ trustProxy }: { trustProxy: boolean }) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const given = trustProxy ? request.get('x-request-id') : undefined;
    const id = given && ACCEPTABLE.test(given) ? given : randomUUID();
    request.id = id;
    response.set('X-Request-Id', id);
    next();
  };
