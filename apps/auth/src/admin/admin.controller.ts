import { ProblemException } from '@baton/platform';
import { SessionGuard, Sessions } from '@baton/session';
import { Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { StepUpGuard } from '../account/step-up.guard.ts';
import { AuditLog } from '../audit/audit-log.ts';
import { SecondFactors } from '../login/second-factors.ts';
import { Users } from '../users/users.ts';
import { AdminGuard } from './admin.guard.ts';

const LIST_LIMIT = 100;

@Controller('auth/admin')
@UseGuards(SessionGuard, AdminGuard)
export class AdminController {
  constructor(
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly audit: AuditLog,
    private readonly factors: SecondFactors,
  ) {}

  @Get('users')
  async list() {
    const users = await this.users.list(LIST_LIMIT);
    return users.map(({ id, name, roles, disabledAt }) => ({ id, name, roles, disabled: disabledAt !== null }));
  }

  /** The account cannot log in any more, and its sessions end in the same transaction. */
  @Post('users/:id/disable')
  @HttpCode(200)
  @UseGuards(StepUpGuard)
  async disable(@Req() request: Request, @Param('id', ParseUUIDPipe) id: string): Promise<{ ended: number }> {
    await this.mustExist(id);
    const ended = await this.sessions.revokeAll(id, {
      reason: 'account disabled',
      within: async (tx) => {
        await this.users.refuseLastAdmin(tx, id);
        await this.users.setDisabled(tx, id, true);
      },
    });
    await this.audit.record(request, 'account-disabled', { details: { account: id, ended } });
    return { ended };
  }

  @Post('users/:id/enable')
  @HttpCode(204)
  @UseGuards(StepUpGuard)
  async enable(@Req() request: Request, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    await this.mustExist(id);
    await this.users.enable(id);
    await this.audit.record(request, 'account-enabled', { details: { account: id } });
  }

  @Delete('users/:id/sessions')
  @UseGuards(StepUpGuard)
  async endSessions(@Req() request: Request, @Param('id', ParseUUIDPipe) id: string): Promise<{ ended: number }> {
    await this.mustExist(id);
    const ended = await this.sessions.revokeAll(id, { reason: 'ended by an administrator' });
    await this.audit.record(request, 'sessions-ended-by-admin', { details: { account: id, ended } });
    return { ended };
  }

  /** For an owner who has lost them: the password alone signs in again, and all sessions end. */
  @Delete('users/:id/second-factors')
  @UseGuards(StepUpGuard)
  async resetFactors(@Req() request: Request, @Param('id', ParseUUIDPipe) id: string): Promise<{ ended: number }> {
    await this.mustExist(id);
    const ended = await this.sessions.revokeAll(id, {
      reason: 'second factor changed',
      within: (tx) => this.factors.removeAll(tx, id),
    });
    await this.audit.record(request, 'factors-reset-by-admin', { details: { account: id, ended } });
    await this.audit.write({ event: 'factor-reset', userId: id, publicId: null });
    return { ended };
  }

  /** Everybody, the administrator too. Costs the same for ten sessions and for ten million. */
  @Delete('sessions')
  @HttpCode(204)
  @UseGuards(StepUpGuard)
  async endEverybody(@Req() request: Request): Promise<void> {
    await this.sessions.revokeEverybody();
    await this.audit.record(request, 'everybody-signed-out');
  }

  private async mustExist(id: string): Promise<void> {
    if (!(await this.users.find(id))) throw new ProblemException(404, { title: 'Not Found', detail: 'Unknown account.' });
  }
}
