import { KeyedMutex, Sessions, type SessionUser, type Tx } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import { KnownDevices } from '../devices/known-devices.ts';
import type { User } from '../users/user.entity.ts';
import { sessionUser, Users } from '../users/users.ts';
import { wrongCredentials } from './authenticator.ts';

/** Creates a session for a user whose password was just checked. */
@Injectable()
export class SignIn {
  /** Logins of one user wait for the user's lock in Postgres. Waiting here first takes no connection. */
  private readonly logins = new KeyedMutex();

  constructor(
    private readonly sessions: Sessions,
    private readonly users: Users,
    private readonly audit: AuditLog,
    private readonly devices: KnownDevices,
  ) {}

  /** The password may be changed or the account disabled while the hash is compared, so the guard checks again. */
  async signIn(request: Request, user: User): Promise<SessionUser> {
    const signedIn = sessionUser(user);
    const guard = async (tx: Tx) => {
      if (!(await this.users.stillSame(tx, user))) throw wrongCredentials();
    };
    await this.logins.run(user.id, () => this.sessions.signIn(request, signedIn, { guard }));
    this.devices.remember(request, user.name);
    await this.audit.record(request, 'login-ok');
    return signedIn;
  }
}
