import { parse, prefersPage } from '@baton/platform';
import { SessionGuard } from '@baton/session';
import { renderPage } from '@baton/ui';
import { Controller, Get, HttpCode, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AuditLog } from '../audit/audit-log.ts';
import { typedPassword } from '../login/credentials.guard.ts';
import { returnTo } from '../login/return-to.ts';
import { accountPage } from '../pages/account.page.tsx';
import { FormFilter } from '../pages/form.filter.ts';
import { Pages } from '../pages/pages.ts';
import { reauthenticatePage } from '../pages/reauthenticate.page.tsx';
import { Account } from './account.ts';

const RECENT_EVENTS = 10;
const passwordChange = z.object({ currentPassword: typedPassword, newPassword: typedPassword });
const confirmation = z.object({ password: typedPassword });

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
  async show(@Req() req: Request, @Res() res: Response): Promise<void> {
    const user = req.session.user!;
    const events = await this.audit.recent(user.id, RECENT_EVENTS);
    if (prefersPage(req)) res.type('html').send(renderPage(accountPage({ ...this.pages.context(req), events })));
    else res.json({ user, events });
  }

  @Post('password')
  @HttpCode(200)
  @UseFilters(FormFilter.around(accountPage))
  async changePassword(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { currentPassword, newPassword } = parse(passwordChange, req.body);
    await this.account.changePassword(req, currentPassword, newPassword);
    const done = 'The password is changed. Every other device is signed out.';
    if (prefersPage(req)) res.type('html').send(renderPage(accountPage({ ...this.pages.context(req), done })));
    else res.status(204).end();
  }

  @Get('reauthenticate')
  @UseFilters(FormFilter.around(reauthenticatePage))
  confirmPage(@Req() req: Request, @Res() res: Response): void {
    this.pages.send(req, res, reauthenticatePage);
  }

  @Post('reauthenticate')
  @UseFilters(FormFilter.around(reauthenticatePage))
  async confirm(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.account.reauthenticate(req, parse(confirmation, req.body).password);
    if (prefersPage(req)) res.redirect(303, returnTo((req.body as { to?: unknown }).to));
    else res.status(204).end();
  }
}
