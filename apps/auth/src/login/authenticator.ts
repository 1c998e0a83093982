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
   * Asks the throttle before and after the comparison: of many guesses at the same time, those that come after the limit get
   * the same refusal whether they were right or wrong.
   * @throws ProblemException 401 for a wrong pair, an unknown or a disabled user alike; 429 after too many of them.
   */
  async authenticate(req: Request, name: string, password: string): Promise<User> {
    const suspects = this.throttle.login(name, req.ip ?? '');
    const counts = [suspects.account, suspects.address];
    await this.throttle.refuseIfLimited(...counts);
    const user = await this.users.verify(name, password);
    await this.throttle.refuseIfLimited(...counts);
    if (!user) return this.refuse(req, counts);
    // The address keeps its count: an attacker may own one account.
    await this.throttle.forget(suspects.account);
    return user;
  }

  private async refuse(req: Request, counts: Count[]): Promise<never> {
    const locked = await this.throttle.count(...counts);
    await this.audit.record(req, locked ? 'lockout' : 'login-failed', { details: { against: counts.map(({ key }) => key) } });
    throw wrongCredentials();
  }
}

export const wrongCredentials = () =>
  new ProblemException(401, { title: 'Not signed in', detail: 'The name and the password do not belong together.' });
