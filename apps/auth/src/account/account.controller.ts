import { parse, prefersPage } from '@baton/platform';
import { SessionGuard } from '@baton/session';
import { Pages } from '@baton/ui';
import { Controller, Get, HttpCode, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AuditLog } from '../audit/audit-log.ts';
import { typedPassword } from '../login/credentials.guard.ts';
import { returnTo } from '../login/return-to.ts';
import { accountPage } from '../pages/account.page.tsx';
import { FormFilter } from '../pages/form.filter.ts';
import { reauthenticatePage } from '../pages/reauthenticate.page.tsx';
import { Account } from './account.ts';

const RECENT_EVENTS = 10;
export const passwordChange = z.object({ currentPassword: typedPassword, newPassword: typedPassword });
export const acknowledgement = z.object({ through: z.string().regex(/^\d{1,15}$/) });
export const confirmation = z.object({ password: typedPassword });

@Controller('auth')
@UseGuards(SessionGuard)
export class AccountController {
  constructor(
    private readonly account: Account,
    private readonly pages: Pages,
    private readonly audit: AuditLog,
  ) {}

  @Get('account')
  @UseFilters(FormFilter.around(accountPage))
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const user = request.session.user!;
    const [events, theft] = await Promise.all([this.audit.recent(user.id, RECENT_EVENTS), this.audit.theft(user.id)]);
    if (prefersPage(request)) this.pages.send(request, response, (context) => accountPage({ ...context, events, theft }));
    else response.json({ user, events, theft });
  }

  /** The notice of a theft is shown until its owner says so. */
  @Post('account/theft')
  @UseFilters(FormFilter.around(accountPage))
  async acknowledgeTheft(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { through } = parse(acknowledgement, request.body);
    const theft = await this.audit.theft(request.session.user!.id);
    if (theft && Number(theft.id) >= Number(through))
      await this.audit.record(request, 'theft-acknowledged', { details: { through } });
    if (prefersPage(request)) response.redirect(303, '/auth/account');
    else response.status(204).end();
  }

  @Post('password')
  @HttpCode(200)
  @UseFilters(FormFilter.around(accountPage))
  async changePassword(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { currentPassword, newPassword } = parse(passwordChange, request.body);
    await this.account.changePassword(request, currentPassword, newPassword);
    const done = 'Your password has been changed. All other devices have been signed out.';
    if (prefersPage(request)) this.pages.send(request, response, (context) => accountPage({ ...context, done }));
    else response.status(204).end();
  }

  @Get('reauthenticate')
  @UseFilters(FormFilter.around(reauthenticatePage))
  confirmPage(@Req() request: Request, @Res() response: Response): void {
    this.pages.send(request, response, reauthenticatePage);
  }

  @Post('reauthenticate')
  @UseFilters(FormFilter.around(reauthenticatePage))
  async confirm(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.account.confirm(request, parse(confirmation, request.body).password);
    if (prefersPage(request)) response.redirect(303, returnTo((request.body as { to?: unknown }).to));
    else response.status(204).end();
  }
}
