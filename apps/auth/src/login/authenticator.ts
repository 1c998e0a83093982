import { ProblemException } from '@baton/platform';
import { sessionInfo } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import { KnownDevices } from '../devices/known-devices.ts';
import type { User } from '../users/user.entity.ts';
import { normaliseUserName } from '../users/user-name.ts';
import { Users } from '../users/users.ts';
import { HashQueue } from './hash-queue.ts';
import { Throttle, type Count } from './throttle.ts';

/** The only place where a password is compared: for a login, for a step-up, for a change of the password. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly users: Users,
    private readonly throttle: Throttle,
    private readonly audit: AuditLog,
    private readonly queue: HashQueue,
    private readonly devices: KnownDevices,
  ) {}

  /**
   * @throws ProblemException 401 for a wrong password, an unknown or a disabled user alike; 429 after too many attempts; 503
   * when too many passwords wait to be compared.
   */
  authenticate(request: Request, name: string, password: string): Promise<User> {
    const device = this.devices.find(request, normaliseUserName(name));
    const counts = device === null ? this.throttle.login(name, request.ip ?? '') : this.throttle.knownDevice(name, device);
    return this.inTurn(request, counts, name, password);
  }

  /** The same for the password of the user who is signed in. */
  confirm(request: Request, password: string): Promise<User> {
    const { id, name } = request.session.user!;
    return this.inTurn(request, this.throttle.confirmation(id, sessionInfo(request)!.publicId), name, password);
  }

  private inTurn(request: Request, counts: Count[], name: string, password: string): Promise<User> {
    return this.queue.run(request.ip ?? '', () => this.compare(request, counts, name, password));
  }

  /** The attempt is counted before the slow comparison, and released if it was none or not a failure. */
  private async compare(request: Request, counts: Count[], name: string, password: string): Promise<User> {
    const { proven: user, isLocked } = await this.throttle.attempt(counts, () => this.users.verify(name, password));
    return user ?? this.refuse(request, counts, isLocked);
  }

  private async refuse(request: Request, counts: Count[], isLocked: boolean): Promise<never> {
    await this.audit.record(request, isLocked ? 'lockout' : 'login-failed', {
      details: { against: counts.map(({ key }) => key) },
    });
    throw wrongCredentials();
  }
}

export const wrongCredentials = () =>
  new ProblemException(401, { title: 'Not signed in', detail: 'Wrong username or password.' });
