import { NAME, ProblemException } from '@baton/platform';
import { sessionInfo, Sessions } from '@baton/session';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { AuthSettings } from '../auth-settings.ts';

/** The type of the problem that `POST /auth/reauthenticate` solves. */
export const REAUTHENTICATE = `urn:${NAME}:reauthenticate`;

/** Asks for the password again before an operation that could lock the owner out, if the last authentication is too old (OWASP ASVS 7.5). */
@Injectable()
export class StepUpGuard implements CanActivate {
  constructor(
    private readonly sessions: Sessions,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { authenticatedAt } = sessionInfo(context.switchToHttp().getRequest<Request>()) ?? {};
    const age = (await this.sessions.now()) - (authenticatedAt ?? 0);
    if (age <= this.settings.STEP_UP_SECONDS * 1000) return true;
    throw new ProblemException(403, {
      type: REAUTHENTICATE,
      title: 'Password needed',
      detail: 'You signed in a while ago. Confirm your password first: POST /auth/reauthenticate.',
    });
  }
}
