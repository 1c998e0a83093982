import { parse, prefersPage } from '@baton/platform';
import { Sessions } from '@baton/session';
import { Pages } from '@baton/ui';
import { Controller, Get, HttpCode, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { typedPassword } from '../../login/credentials.guard.ts';
import { FormFilter } from '../../pages/form.filter.ts';
import { mailAddress } from '../address/mail-addresses.ts';
import { linkToken } from '../links.ts';
import { donePage, recoveryPage, resetPage } from './recovery.page.tsx';
import { Recovery } from './recovery.ts';

export const recovery = z.object({ address: mailAddress });
export const newPassword = linkToken.extend({ newPassword: typedPassword });

@Controller('auth/recovery')
export class RecoveryController {
  constructor(
    private readonly recovery: Recovery,
    private readonly sessions: Sessions,
    private readonly pages: Pages,
  ) {}

  @Get()
  page(@Req() request: Request, @Res() response: Response): void {
    this.pages.send(request, response, recoveryPage);
  }

  /** 202 for every address. */
  @Post()
  @UseFilters(FormFilter.around(recoveryPage))
  async ask(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.recovery.ask(request, parse(recovery, request.body).address);
    response.status(202);
    if (prefersPage(request)) this.pages.send(request, response, (context) => recoveryPage({ ...context, done: true }));
    else response.end();
  }

  @Get('password')
  resetPage(@Req() request: Request, @Res() response: Response): void {
    this.pages.send(request, response, resetPage);
  }

  /** Signs nobody in: the new password does, with whatever else a login needs. */
  @Post('password')
  @HttpCode(200)
  @UseFilters(FormFilter.around(resetPage))
  async reset(@Req() request: Request, @Res() response: Response): Promise<void> {
    const body = parse(newPassword, request.body);
    await this.recovery.reset(request, body.token, body.newPassword);
    if (request.session.user) await this.sessions.signOut(request);
    if (prefersPage(request)) this.pages.send(request, response, donePage);
    else response.status(204).end();
  }
}
