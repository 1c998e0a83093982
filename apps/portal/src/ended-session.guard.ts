import { ProblemException } from '@baton/platform';
import { SESSION_CONFIG, type SessionConfig, sessionInfo } from '@baton/session';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { parseCookie } from 'cookie';
import type { Request } from 'express';

/**
 * Admits visitors without a session, and those with a live one. A request with the cookie of an ended session gets 401:
 * its sender believes to be signed in, and must not write into a new anonymous session.
 */
@Injectable()
export class EndedSessionGuard implements CanActivate {
  constructor(@Inject(SESSION_CONFIG) private readonly config: SessionConfig) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const cookie = parseCookie(request.headers.cookie ?? '')[this.config.cookie.name];
    if (sessionInfo(request) || cookie === undefined) return true;
    throw new ProblemException(401, { title: 'Unauthorized', detail: 'This session has ended. Sign in again.' });
  }
}
