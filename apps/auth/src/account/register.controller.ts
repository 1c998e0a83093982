import { parse, prefersPage, ProblemException } from '@baton/platform';
import { Pages } from '@baton/ui';
import { Controller, Get, Inject, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AuthSettings } from '../auth-settings.ts';
import { typedName, typedPassword } from '../login/credentials.guard.ts';
import { returnTo } from '../login/return-to.ts';
import { FormFilter } from '../pages/form.filter.ts';
import { registerPage } from '../pages/register.page.tsx';
import { Account } from './account.ts';

export const newAccount = z.object({ username: typedName, password: typedPassword });

@Controller('auth/register')
@UseFilters(FormFilter.around(registerPage))
export class RegisterController {
  constructor(
    private readonly account: Account,
    private readonly pages: Pages,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  @Get()
  page(@Req() request: Request, @Res() response: Response): void {
    this.pages.send(request, response, registerPage);
  }

  @Post()
  async register(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (!this.settings.REGISTRATION_OPEN)
      throw new ProblemException(403, { title: 'Registration is closed', detail: 'Ask an administrator for an account.' });
    const { username, password } = parse(newAccount, request.body);
    const user = await this.account.register(request, username, password);
    if (prefersPage(request)) response.redirect(303, returnTo((request.body as { to?: unknown }).to));
    else response.status(201).json({ user });
  }
}
