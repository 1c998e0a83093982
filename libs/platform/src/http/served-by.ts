import type { NextFunction, Request, RequestHandler, Response } from 'express';

/** Names the replica in every response. */
export const servedBy =
  (replica: string): RequestHandler =>
  (_request: Request, response: Response, next: NextFunction) => {
    response.set('x-served-by', replica);
    next();
  };
