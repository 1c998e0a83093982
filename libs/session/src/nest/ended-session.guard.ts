import { HttpException, Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { parseCookie } from 'cookie';
import type { Request } from 'express';
import { SESSION_CONFIG, type SessionConfig } from './session-config.ts';
import { sessionInfo } from './session-info.ts';

/**
 * Lets in visitors without a session cookie and those with a live session. A cookie of an ended session gets 401: who believes
 * to be signed in must not fill a new, anonymous session.
 */
@Injectable()
export class EndedSessionGuard implements CanActivate {
  constructor(@Inject(SESSION_CONFIG) private readonly config: SessionConfig) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const cookies = parseCookie(request.headers.cookie ?? '');
    if (sessionInfo(request) !== null || !(this.config.cookie.name in cookies)) return true;
    throw new HttpException({ title: 'Unauthorized', detail: 'This session has ended. Sign in to continue.' }, 401);
  }
}
