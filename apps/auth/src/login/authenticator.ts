import { ProblemException } from '@baton/platform';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import type { User } from '../users/user.entity.ts';
import { Users } from '../users/users.ts';
import { LoginThrottle, suspectsOf, type Suspects } from './login-throttle.ts';

/** The only place where a password is compared: for a login, for a step-up, for a change of the password. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly users: Users,
    private readonly throttle: LoginThrottle,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Asks the throttle before and after the comparison: of many guesses at the same time, those that come after the limit get
   * the same refusal whether they were right or wrong.
   * @throws ProblemException 401 for a wrong pair, an unknown or a disabled user alike; 429 after too many of them.
   */
  async authenticate(req: Request, name: string, password: string): Promise<User> {
    const suspects = suspectsOf(name, req.ip ?? '');
    await this.throttle.refuseIfLimited(suspects);
    const user = await this.users.verify(name, password);
    await this.throttle.refuseIfLimited(suspects);
    if (!user) return this.refuse(req, suspects);
    await this.throttle.succeeded(suspects);
    return user;
  }

  private async refuse(req: Request, suspects: Suspects): Promise<never> {
    const locked = await this.throttle.failed(suspects);
    await this.audit.record(req, locked ? 'lockout' : 'login-failed', { details: { account: suspects.account } });
    throw wrongCredentials();
  }
}

export const wrongCredentials = () =>
  new ProblemException(401, { title: 'Not signed in', detail: 'The name and the password do not belong together.' });
