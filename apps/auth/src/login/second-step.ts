import { ProblemException } from '@baton/platform';
import { Sessions } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { User } from '../users/user.entity.ts';
import { Users } from '../users/users.ts';
import { Digests } from './digests.ts';

const VALID_MS = 10 * 60 * 1000;

declare module 'express-session' {
  interface SessionData {
    /** How the user was authenticated (RFC 8176). Missing in sessions of older versions, which knew passwords only. */
    amr: string[];
    /** Epoch milliseconds. */
    secondFactorAt: number;
    /** Somebody who knows the password of this user. Grants nothing but to go on with a second factor. */
    secondStep: { userId: string; proof: string; at: number } & Proven;
  }
}

interface Proven {
  readonly amr: string[];
  readonly remember?: boolean;
}

/**
 * The state between a right password and a second factor. At a login it lies in an anonymous session, which got a new id for it;
 * at a step-up in the session of the user. It ends after ten minutes, with the login, and with the password that was proven.
 */
@Injectable()
export class SecondStep {
  constructor(
    private readonly sessions: Sessions,
    private readonly users: Users,
    private readonly digests: Digests,
  ) {}

  async begin(request: Request, user: User, proven: Proven): Promise<void> {
    const secondStep = { userId: user.id, proof: this.digests.of(claim(user)), at: await this.sessions.now(), ...proven };
    if (request.session.user?.id === user.id) request.session.secondStep = secondStep;
    else await this.sessions.startAnonymous(request, { secondStep });
  }

  /**
   * Whose second factor this session waits for.
   * @throws ProblemException 401 if it waits for none.
   */
  async user(request: Request): Promise<User> {
    const { secondStep: step } = request.session;
    const isValid = step !== undefined && (await this.sessions.now()) - step.at <= VALID_MS;
    const user = isValid ? await this.users.find(step.userId) : null;
    if (user !== null && user.disabledAt === null && this.digests.isOf(claim(user), step!.proof)) return user;
    throw new ProblemException(401, { title: 'Password needed', detail: 'Enter your password first.' });
  }

  /** What was proven before, and that the session waits no more. */
  end(request: Request): Proven {
    const { amr, remember = false } = request.session.secondStep!;
    delete request.session.secondStep;
    return { amr, remember };
  }
}

/** Changes with the password. */
const claim = ({ id, passwordHash }: User): string => `second step of ${id} ${passwordHash}`;
