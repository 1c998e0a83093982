import { KeyedMutex, Sessions, type SessionUser, type Tx } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import { KnownDevices } from '../devices/known-devices.ts';
import type { User } from '../users/user.entity.ts';
import { sessionUser, Users } from '../users/users.ts';
import { wrongCredentials } from './authenticator.ts';
import { type SecondFactor, SecondFactorNeeded, SecondFactors } from './second-factors.ts';
import { SecondStep } from './second-step.ts';

const PASSWORD = ['pwd'];
/** RFC 8176: more than one factor. */
const MULTIPLE = 'mfa';

/** From proofs to sessions. */
@Injectable()
export class SignIn {
  /** Logins of one user wait for the user's lock in Postgres. Waiting here first takes no connection. */
  private readonly logins = new KeyedMutex();

  constructor(
    private readonly sessions: Sessions,
    private readonly users: Users,
    private readonly factors: SecondFactors,
    private readonly step: SecondStep,
    private readonly audit: AuditLog,
    private readonly devices: KnownDevices,
  ) {}

  /** @throws SecondFactorNeeded if the account has one. */
  async withPassword(request: Request, user: User): Promise<SessionUser> {
    await this.demandSecondFactor(request, user);
    return this.signIn(request, user, PASSWORD);
  }

  /** The user of the session has typed the password again. @throws SecondFactorNeeded if the account has one. */
  async confirmWithPassword(request: Request, user: User): Promise<void> {
    await this.demandSecondFactor(request, user);
    await this.renew(request);
  }

  /** Completes the login or the step-up of the user that `SecondStep` returned and whose second factor was just checked. */
  async withSecondFactor(request: Request, user: User, { amr }: Pick<SecondFactor, 'amr'>): Promise<void> {
    const methods = [...new Set([...this.step.end(request), amr, MULTIPLE])];
    if (request.session.user?.id !== user.id) await this.signIn(request, user, methods);
    else await this.renew(request, await this.assurance(methods));
  }

  /** A session for a user who was just authenticated by the methods `amr` (RFC 8176), `mfa` included if they are two factors. */
  async signIn(request: Request, user: User, amr: string[]): Promise<SessionUser> {
    const signedIn = sessionUser(user);
    // The password may be changed or the account disabled while the hash is compared.
    const guard = async (tx: Tx) => {
      if (!(await this.users.stillSame(tx, user))) throw wrongCredentials();
    };
    const attributes = await this.assurance(amr);
    delete request.session.secondStep;
    await this.logins.run(user.id, () => this.sessions.signIn(request, signedIn, { guard, attributes }));
    this.devices.remember(request, user.name);
    await this.audit.record(request, 'login-ok', { details: { amr } });
    return signedIn;
  }

  private async demandSecondFactor(request: Request, user: User): Promise<void> {
    const factors = await this.factors.of(user.id);
    if (factors.length === 0) return;
    await this.step.begin(request, user, PASSWORD);
    throw new SecondFactorNeeded(factors);
  }

  private async renew(request: Request, assurance = {}): Promise<void> {
    await this.sessions.reauthenticate(request);
    Object.assign(request.session, assurance);
    await this.audit.record(request, 'reauthenticated');
  }

  private async assurance(amr: string[]) {
    return amr.includes(MULTIPLE) ? { amr, secondFactorAt: await this.sessions.now() } : { amr };
  }
}
