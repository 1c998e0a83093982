import { type CreateOptions, KeyedMutex, Sessions, type SessionUser, type Tx } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import { KnownDevices } from '../devices/known-devices.ts';
import type { User } from '../users/user.entity.ts';
import { sessionUser, Users } from '../users/users.ts';
import { Assurance, MULTIPLE, PASSWORD } from './assurance.ts';
import { wrongCredentials } from './authenticator.ts';
import { type SecondFactor, SecondFactorNeeded, SecondFactors } from './second-factors.ts';
import { SecondStep } from './second-step.ts';

type Guard = NonNullable<CreateOptions['guard']>;

/** What the user asked for with the password. */
interface Choice {
  readonly remember?: boolean;
}

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
    private readonly assurance: Assurance,
    private readonly audit: AuditLog,
    private readonly devices: KnownDevices,
  ) {}

  /** @throws SecondFactorNeeded if the account has one. */
  async withPassword(request: Request, user: User, choice: Choice = {}): Promise<SessionUser> {
    await this.demandSecondFactor(request, user, choice);
    return this.signIn(request, user, PASSWORD, choice);
  }

  /** The user of the session has typed the password again. @throws SecondFactorNeeded if the account has one. */
  async confirmWithPassword(request: Request, user: User): Promise<void> {
    await this.demandSecondFactor(request, user);
    await this.renew(request);
  }

  /** Completes the login or the step-up of the user that `SecondStep` returned and whose second factor was just checked. */
  async withSecondFactor(request: Request, user: User, { amr }: Pick<SecondFactor, 'amr'>): Promise<void> {
    const { amr: proven, ...choice } = this.step.end(request);
    const methods = [...new Set([...proven, amr, MULTIPLE])];
    if (request.session.user?.id !== user.id) await this.signIn(request, user, methods, choice);
    else await this.renew(request, await this.proofs(user, methods));
  }

  /** The user of the session has a new second factor, whose first proof was just checked. */
  async enrolled(request: Request, { amr }: Pick<SecondFactor, 'amr'>): Promise<void> {
    const user = (await this.users.find(request.session.user!.id))!;
    const methods = [...new Set([...(request.session.amr ?? PASSWORD), amr, MULTIPLE])];
    await this.renew(request, await this.proofs(user, methods));
  }

  /**
   * A session for a user who was just authenticated by the methods `amr` (RFC 8176), `mfa` included if they are two factors.
   * `check` runs in the transaction that creates it.
   */
  async signIn(request: Request, user: User, amr: string[], options: Choice & { check?: Guard } = {}): Promise<SessionUser> {
    const { remember = false, check } = options;
    // Meanwhile, the password may be changed, the account disabled, or a second factor added.
    const guard = async (tx: Tx) => {
      const isEnough = amr !== PASSWORD || (await this.factors.of(user.id, tx)).length === 0;
      if (!isEnough || !(await this.users.stillSame(tx, user))) throw wrongCredentials();
      await check?.(tx);
    };
    const { user: signedIn, ...attributes } = await this.proofs(user, amr);
    delete request.session.secondStep;
    await this.logins.run(user.id, () => this.sessions.signIn(request, signedIn, { guard, attributes, remember }));
    this.devices.remember(request, user.name);
    await this.audit.record(request, 'login-ok', { details: { amr, ...(remember && { remember }) } });
    return signedIn;
  }

  private async demandSecondFactor(request: Request, user: User, choice: Choice = {}): Promise<void> {
    const factors = await this.factors.of(user.id);
    if (factors.length === 0) return;
    await this.step.begin(request, user, { amr: PASSWORD, ...choice });
    throw new SecondFactorNeeded(factors);
  }

  /** The user of the session has proved again who they are. `proofs`: what the session keeps of it. */
  async renew(request: Request, proofs = {}): Promise<void> {
    await this.sessions.reauthenticate(request);
    Object.assign(request.session, proofs);
    await this.audit.record(request, 'reauthenticated');
  }

  /** What the session keeps of an authentication. */
  private async proofs(user: User, amr: string[]) {
    const signedIn = { ...sessionUser(user), roles: this.assurance.roles(user.roles, amr) };
    return { user: signedIn, amr, ...(amr.includes(MULTIPLE) && { secondFactorAt: await this.sessions.now() }) };
  }
}
