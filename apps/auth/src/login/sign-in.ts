import { KeyedMutex, Sessions, type SessionUser, type Tx } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import type { User } from '../users/user.entity.ts';
import { sessionUser, Users } from '../users/users.ts';
import { wrongCredentials } from './authenticator.ts';

/** A session for somebody whose password was just checked. */
@Injectable()
export class SignIn {
  /** Logins of one user wait for the user's lock in Postgres. Waiting here first takes no connection. */
  private readonly logins = new KeyedMutex();

  constructor(
    private readonly sessions: Sessions,
    private readonly users: Users,
    private readonly audit: AuditLog,
  ) {}

  /** Comparing a password takes long enough for it to be changed, or the account disabled, meanwhile: the guard looks again. */
  async signIn(req: Request, user: User): Promise<SessionUser> {
    const signedIn = sessionUser(user);
    const guard = async (tx: Tx) => {
      if (!(await this.users.stillSame(tx, user))) throw wrongCredentials();
    };
    await this.logins.run(user.id, () => this.sessions.signIn(req, signedIn, { guard }));
    await this.audit.record(req, 'login-ok');
    return signedIn;
  }
}
