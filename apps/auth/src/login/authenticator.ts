import { ProblemException } from '@baton/platform';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import type { User } from '../users/user.entity.ts';
import { Users } from '../users/users.ts';
import { Throttle, type Count } from './throttle.ts';

/** The only place where a password is compared: for a login, for a step-up, for a change of the password. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly users: Users,
    private readonly throttle: Throttle,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Checks the throttle before and after the comparison: of many simultaneous guesses, those over the limit are refused
   * whether they are right or wrong.
   * @throws ProblemException 401 for a wrong password, an unknown or a disabled user alike; 429 after too many attempts.
   */
  async authenticate(request: Request, name: string, password: string): Promise<User> {
    const suspects = this.throttle.login(name, request.ip ?? '');
    const counts = [suspects.account, suspects.address];
    await this.throttle.refuseIfLimited(...counts);
    const user = await this.users.verify(name, password);
    await this.throttle.refuseIfLimited(...counts);
    if (!user) return this.refuse(request, counts);
    // The address keeps its count: an attacker may own one account.
    await this.throttle.forget(suspects.account);
    return user;
  }

  private async refuse(request: Request, counts: Count[]): Promise<never> {
    const locked = await this.throttle.count(...counts);
    await this.audit.record(request, locked ? 'lockout' : 'login-failed', { details: { against: counts.map(({ key }) => key) } });
    throw wrongCredentials();
  }
}

export const wrongCredentials = () =>
  new ProblemException(401, { title: 'Not signed in', detail: 'Wrong username or password.' });
