import { ProblemException } from '@baton/platform';
import { sessionInfo } from '@baton/session';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';

const SESSION_COOKIE = /(?:^|;\s*)(?:__Host-)?baton=/;

/**
 * Lets visitors without a session pass, and those with a living one. A request that brings the cookie of a session that has
 * ended is told so: whoever believes to be signed in must not fill somebody's new, anonymous cart.
 */
@Injectable()
export class EndedSessionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (sessionInfo(request) || !SESSION_COOKIE.test(request.headers.cookie ?? '')) return true;
    throw new ProblemException(401, { title: 'Unauthorized', detail: 'This session has ended. Sign in to go on.' });
  }
}
