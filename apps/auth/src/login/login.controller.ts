import { parse, prefersPage } from '@baton/platform';
import { sessionInfo, Sessions } from '@baton/session';
import { Pages } from '@baton/ui';
import { Controller, Get, HttpCode, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import { FormFilter } from '../pages/form.filter.ts';
import { loginPage } from '../pages/login.page.tsx';
import type { User } from '../users/user.entity.ts';
import { SignIn } from './sign-in.ts';
import { CredentialsGuard, rememberChoice } from './credentials.guard.ts';
import { returnTo } from './return-to.ts';

@Controller('auth')
export class LoginController {
  constructor(
    private readonly signIn: SignIn,
    private readonly sessions: Sessions,
    private readonly audit: AuditLog,
    private readonly pages: Pages,
  ) {}

  @Get('login')
  page(@Req() request: Request, @Res() response: Response): void {
    if (request.session.user) response.redirect(303, returnTo(request.query['to']));
    else this.pages.send(request, response, loginPage);
  }

  @Post('login')
  @HttpCode(200)
  @UseGuards(CredentialsGuard)
  @UseFilters(FormFilter.around(loginPage))
  async login(@Req() request: Request, @Res() response: Response): Promise<void> {
    const user = await this.signIn.withPassword(request, request.user as User, parse(rememberChoice, request.body));
    if (prefersPage(request)) response.redirect(303, returnTo((request.body as { to?: unknown }).to));
    else response.json({ user });
  }

  @Post('logout')
  @HttpCode(204)
  async logout(@Req() request: Request, @Res() response: Response): Promise<void> {
    // Signing out takes the session off the request.
    const [user, publicId] = [request.session.user, sessionInfo(request)?.publicId];
    await this.sessions.signOut(request);
    if (user) await this.audit.record(request, 'logout', { userId: user.id, publicId });
    response.set('Clear-Site-Data', '"cache", "storage"');
    if (prefersPage(request)) response.redirect(303, '/');
    else response.status(204).end();
  }
}
