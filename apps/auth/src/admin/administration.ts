import { ProblemException } from '@baton/platform';
import { Sessions } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import { SecondFactors } from '../login/second-factors.ts';
import type { Role, User } from '../users/user.entity.ts';
import { Users } from '../users/users.ts';

/** What administrators do with the accounts of others. Every change is recorded; most end the sessions of the account. */
@Injectable()
export class Administration {
  constructor(
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly audit: AuditLog,
    private readonly factors: SecondFactors,
  ) {}

  /** @throws ProblemException 404. */
  async account(id: string): Promise<User> {
    return (await this.users.find(id)) ?? unknown('Unknown account.');
  }

  /** The account cannot log in any more, and its sessions end in the same transaction. */
  async disable(request: Request, id: string): Promise<number> {
    await this.account(id);
    const ended = await this.sessions.revokeAll(id, {
      reason: 'account disabled',
      within: async (tx) => {
        await this.users.refuseLastAdmin(tx, id);
        await this.users.setDisabled(tx, id, true);
      },
    });
    await this.audit.record(request, 'account-disabled', { details: { account: id, ended } });
    return ended;
  }

  async enable(request: Request, id: string): Promise<void> {
    await this.account(id);
    await this.users.enable(id);
    await this.audit.record(request, 'account-enabled', { details: { account: id } });
  }

  /** Its sessions end, because they hold the roles of the login. */
  async setRoles(request: Request, id: string, roles: readonly Role[]): Promise<number> {
    await this.account(id);
    const ended = await this.sessions.revokeAll(id, {
      reason: 'roles changed',
      within: async (tx) => {
        if (!roles.includes('admin')) await this.users.refuseLastAdmin(tx, id);
        await this.users.setRoles(tx, id, roles);
      },
    });
    await this.audit.record(request, 'roles-set', { details: { account: id, roles, ended } });
    return ended;
  }

  async endSession(request: Request, id: string, publicId: string): Promise<void> {
    const ended = await this.sessions.revoke(id, publicId, 'ended by an administrator');
    if (!ended) unknown('This account has no such session.');
    await this.audit.record(request, 'session-ended-by-admin', { details: { account: id, session: publicId } });
  }

  async endSessions(request: Request, id: string): Promise<number> {
    await this.account(id);
    const ended = await this.sessions.revokeAll(id, { reason: 'ended by an administrator' });
    await this.audit.record(request, 'sessions-ended-by-admin', { details: { account: id, ended } });
    return ended;
  }

  /** Everybody, the administrator too. Costs the same for ten sessions and for ten million. */
  async endEverybody(request: Request): Promise<void> {
    await this.sessions.revokeEverybody();
    await this.audit.record(request, 'everybody-signed-out');
  }

  /** The owner has lost them, and signs in with the password alone until new ones are added. Returns the names of the factors. */
  async resetFactors(request: Request, id: string): Promise<{ reset: string[]; ended: number }> {
    await this.account(id);
    const reset = (await this.factors.of(id)).map(({ name }) => name);
    if (reset.length === 0) throw new ProblemException(409, { title: 'Conflict', detail: 'This account has no second factor.' });
    const ended = await this.sessions.revokeAll(id, {
      reason: 'second factor changed',
      within: (tx) => this.factors.removeAll(tx, id),
    });
    await this.audit.record(request, 'factors-reset-by-admin', { details: { account: id, factors: reset, ended } });
    await this.audit.write({ event: 'factor-reset', userId: id, publicId: null });
    return { reset, ended };
  }
}

function unknown(detail: string): never {
  throw new ProblemException(404, { title: 'Not Found', detail });
}
