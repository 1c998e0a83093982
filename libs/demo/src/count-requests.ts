import { sessionInfo } from '@baton/session';
import { Inject, Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Self } from './self.ts';

/**
 * Counts the requests of this replica, and adds the session lookup to every response.
 * Runs after the session middleware, which is global and therefore first.
 */
@Injectable()
export class CountRequests implements NestMiddleware {
  constructor(@Inject(Self) private readonly self: Self) {}

  use(request: Request, response: Response, next: NextFunction): void {
    const lookup = sessionInfo(request);
    if (lookup) response.set('server-timing', `session;desc=${lookup.store};dur=${lookup.lookupMs.toFixed(2)}`);
    response.once('finish', () => this.self.count(lookup));
    next();
  }
}
