import { NAME, ProblemException } from '@baton/platform';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Assurance } from '../login/assurance.ts';
import { Users } from '../users/users.ts';

/** The type of the problem that a second factor solves: add one, or sign in with it. */
export const SECOND_FACTOR_MISSING = `urn:${NAME}:second-factor-missing`;

/** Reads the role from the table, not the session: a revoked role is lost at once. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly users: Users,
    private readonly assurance: Assurance,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { session } = context.switchToHttp().getRequest<Request>();
    const user = await this.users.find(session.user!.id);
    if (user?.disabledAt !== null || !user.roles.includes('admin'))
      throw new ProblemException(403, { title: 'Forbidden', detail: 'Only administrators may do this.' });
    if (this.assurance.roles(user.roles, session.amr).includes('admin')) return true;
    throw new ProblemException(403, {
      type: SECOND_FACTOR_MISSING,
      title: 'Second factor needed',
      detail: 'Administrators need a second factor. Add one to your account: /auth/account.',
    });
  }
}
