import { prefersPage } from '@baton/platform';
import { sessionInfo, Sessions } from '@baton/session';
import { Controller, Get, HttpCode, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import { FormFilter } from '../pages/form.filter.ts';
import { loginPage } from '../pages/login.page.tsx';
import { Pages } from '../pages/pages.ts';
import type { User } from '../users/user.entity.ts';
import { SignIn } from './sign-in.ts';
import { CredentialsGuard } from './credentials.guard.ts';
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
  page(@Req() req: Request, @Res() res: Response): void {
    if (req.session.user) res.redirect(303, returnTo(req.query['to']));
    else this.pages.send(req, res, loginPage);
  }

  @Post('login')
  @HttpCode(200)
  @UseGuards(CredentialsGuard)
  @UseFilters(FormFilter.around(loginPage))
  async login(@Req() req: Request, @Res() res: Response): Promise<void> {
    const user = await this.signIn.signIn(req, req.user as User);
    if (prefersPage(req)) res.redirect(303, returnTo((req.body as { to?: unknown }).to));
    else res.json({ user });
  }

  @Post('logout')
  @HttpCode(204)
  async logout(@Req() req: Request, @Res() res: Response): Promise<void> {
    // Signing out takes the session off the request.
    const [user, publicId] = [req.session.user, sessionInfo(req)?.publicId];
    await this.sessions.signOut(req);
    if (user) await this.audit.record(req, 'logout', { userId: user.id, publicId });
    res.set('Clear-Site-Data', '"cache", "storage"');
    if (prefersPage(req)) res.redirect(303, '/');
    else res.status(204).end();
  }
}
