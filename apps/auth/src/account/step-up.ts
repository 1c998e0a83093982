import { NAME, ProblemException } from '@baton/platform';
import { sessionInfo, Sessions } from '@baton/session';
import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuthSettings } from '../auth-settings.ts';
import { SecondFactors } from '../login/second-factors.ts';

/** The type of the problem that `POST /auth/reauthenticate` solves. */
export const REAUTHENTICATE = `urn:${NAME}:reauthenticate`;

/** How long ago the user of a session proved who they are (OWASP ASVS 7.5). */
@Injectable()
export class StepUp {
  constructor(
    private readonly sessions: Sessions,
    private readonly factors: SecondFactors,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  /** @throws ProblemException 403 if the password, or a second factor of an account that has one, is too old. */
  async demand(request: Request): Promise<void> {
    if (!(await this.isRecent(sessionInfo(request)?.authenticatedAt))) throw tooOld();
    await this.demandSecondFactor(request);
  }

  /** For what asks for the password itself. @throws ProblemException as `demand` does. */
  async demandSecondFactor(request: Request): Promise<void> {
    const { user, secondFactorAt } = request.session;
    if (await this.isRecent(secondFactorAt)) return;
    if ((await this.factors.of(user!.id)).length > 0) throw tooOld();
  }

  private async isRecent(at: number | null | undefined): Promise<boolean> {
    return (await this.sessions.now()) - (at ?? 0) <= this.settings.STEP_UP_SECONDS * 1000;
  }
}

const tooOld = () =>
  new ProblemException(403, {
    type: REAUTHENTICATE,
    title: 'Password needed',
    detail: 'You signed in a while ago. Confirm your password first: POST /auth/reauthenticate.',
  });
