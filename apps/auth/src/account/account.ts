import { ProblemException } from '@baton/platform';
import { SessionGoneError, Sessions } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import { Authenticator } from '../login/authenticator.ts';
import { HashQueue } from '../login/hash-queue.ts';
import { SignIn } from '../login/sign-in.ts';
import { Throttle } from '../login/throttle.ts';
import { BreachedPasswords } from '../users/breached-passwords.ts';
import { hashPassword } from '../users/password-hash.ts';
import { passwordWeakness } from '../users/password-rules.ts';
import { isAcceptableUserName, normaliseUserName } from '../users/user-name.ts';
import { Users } from '../users/users.ts';
import { StepUp } from './step-up.ts';

/** What users do with their own account. */
@Injectable()
export class Account {
  constructor(
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly authenticator: Authenticator,
    private readonly signIn: SignIn,
    private readonly throttle: Throttle,
    private readonly queue: HashQueue,
    private readonly audit: AuditLog,
    private readonly breaches: BreachedPasswords,
    private readonly stepUp: StepUp,
  ) {}

  async register(request: Request, typedName: string, password: string) {
    const name = normaliseUserName(typedName);
    if (!isAcceptableUserName(name))
      throw refused('A username has 1 to 64 letters, digits or . _ @ + - and begins with a letter or digit.');
    await this.refuseWeak(password, name);
    const address = request.ip ?? '';
    const user = await this.queue.run(address, async () => {
      await this.throttle.reserve(this.throttle.registration(address));
      return this.users.register(name, password);
    });
    if (!user) throw new ProblemException(409, { title: 'Name taken', detail: 'This name is already taken.' });
    await this.audit.record(request, 'registered', { userId: user.id });
    return this.signIn.withPassword(request, user);
  }

  /** One transaction: the new password, and the end of all sessions but this one, which gets a new id. */
  async changePassword(request: Request, current: string, wanted: string): Promise<void> {
    await this.stepUp.demandSecondFactor(request);
    const user = await this.authenticator.confirm(request, current);
    const passwordHash = await this.hashNew(request, wanted, user.name);
    await this.sessions.revokeOthers(request, {
      reason: 'password changed',
      within: (tx) => this.users.replacePassword(tx, user, passwordHash),
    });
    await this.sessions.reauthenticate(request).catch(sessionMayHaveEnded);
    await this.audit.record(request, 'password-changed');
  }

  /** @throws SecondFactorNeeded if the account has one. */
  async confirm(request: Request, password: string): Promise<void> {
    await this.signIn.confirmWithPassword(request, await this.authenticator.confirm(request, password));
  }

  /** For a change that needs the password; if the account has a second factor, its proof must be recent. */
  async reauthenticate(request: Request, password: string): Promise<void> {
    await this.stepUp.demandSecondFactor(request);
    await this.authenticator.confirm(request, password);
    await this.signIn.renew(request);
  }

  /** @throws ProblemException 422 for a weak password, 503 when too many passwords wait to be hashed. */
  async hashNew(request: Request, password: string, userName: string): Promise<string> {
    await this.refuseWeak(password, userName);
    return this.queue.run(request.ip ?? '', () => hashPassword(password));
  }

  private async refuseWeak(password: string, userName: string): Promise<void> {
    const weakness = passwordWeakness(password, userName);
    if (weakness) throw refused(weakness);
    if (await this.breaches.includes(password))
      throw refused('This password is known from a data breach, and attackers try those.');
  }
}

/** The password is already changed. An error, because another tab logged out meanwhile, would suggest that it is not. */
function sessionMayHaveEnded(error: unknown): void {
  if (!(error instanceof SessionGoneError)) throw error;
}

const refused = (detail: string) => new ProblemException(422, { title: 'Not accepted', detail });
