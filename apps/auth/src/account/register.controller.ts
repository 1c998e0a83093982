import { parse, prefersPage, ProblemException } from '@baton/platform';
import { Controller, Get, Inject, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AuthSettings } from '../auth-settings.ts';
import { typedName, typedPassword } from '../login/credentials.guard.ts';
import { returnTo } from '../login/return-to.ts';
import { FormFilter } from '../pages/form.filter.ts';
import { Pages } from '../pages/pages.ts';
import { registerPage } from '../pages/register.page.tsx';
import { Account } from './account.ts';

const newAccount = z.object({ username: typedName, password: typedPassword });

@Controller('auth/register')
@UseFilters(FormFilter.around(registerPage))
export class RegisterController {
  constructor(
    private readonly account: Account,
    private readonly pages: Pages,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  @Get()
  page(@Req() req: Request, @Res() res: Response): void {
    this.pages.send(req, res, registerPage);
  }

  @Post()
  async register(@Req() req: Request, @Res() res: Response): Promise<void> {
    if (!this.settings.REGISTRATION_OPEN) throw new ProblemException(403, { title: 'Closed', detail: 'Ask an administrator.' });
    const { username, password } = parse(newAccount, req.body);
    const user = await this.account.register(req, username, password);
    if (prefersPage(req)) res.redirect(303, returnTo((req.body as { to?: unknown }).to));
    else res.status(201).json({ user });
  }
}
