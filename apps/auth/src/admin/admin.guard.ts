import { ProblemException } from '@baton/platform';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Users } from '../users/users.ts';

/** Reads the role from the table, not the session: a revoked role is lost at once. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(private readonly users: Users) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const id = context.switchToHttp().getRequest<Request>().session.user!.id;
    const user = await this.users.find(id);
    if (user?.disabledAt === null && user.roles.includes('admin')) return true;
    throw new ProblemException(403, { title: 'Forbidden', detail: 'Only administrators may do this.' });
  }
}
