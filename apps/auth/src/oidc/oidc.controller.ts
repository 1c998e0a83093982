import { prefersPage } from '@baton/platform';
import { SessionGuard } from '@baton/session';
import { Pages } from '@baton/ui';
import { Controller, Get, HttpCode, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { StepUpGuard } from '../account/step-up.guard.ts';
import { FormFilter } from '../pages/form.filter.ts';
import { LinkedAccounts } from './linked-accounts.ts';
import { failedPage, linkPage, onwardPage } from './oidc.page.tsx';
import { OidcConfig } from './oidc-settings.ts';
import { ProviderLogin, type Purpose } from './provider-login.ts';

const PAGE = '/auth/oidc';

/** Every way to the provider begins with a POST of this site; the way back is a GET from another site, which needs the session's state. */
@Controller('auth/oidc')
@UseFilters(FormFilter.around(failedPage))
export class OidcController {
  constructor(
    private readonly login: ProviderLogin,
    private readonly accounts: LinkedAccounts,
    private readonly pages: Pages,
    private readonly config: OidcConfig,
  ) {}

  @Get()
  @UseGuards(SessionGuard)
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const [provider, link] = [this.config.name, await this.accounts.of(request.session.user!.id)];
    if (prefersPage(request)) this.pages.send(request, response, (context) => linkPage({ ...context, provider, link }));
    else response.json({ provider, link });
  }

  @Post('login')
  @HttpCode(200)
  signIn(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.sendOn(request, response, 'sign-in');
  }

  @Post('confirm')
  @HttpCode(200)
  @UseGuards(SessionGuard)
  confirm(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.sendOn(request, response, 'confirm');
  }

  @Post('link')
  @HttpCode(200)
  @UseGuards(SessionGuard, StepUpGuard)
  link(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.sendOn(request, response, 'link', PAGE);
  }

  @Post('unlink')
  @HttpCode(204)
  @UseGuards(SessionGuard, StepUpGuard)
  async unlink(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.accounts.unlink(request);
    if (prefersPage(request)) response.redirect(303, PAGE);
    else response.end();
  }

  @Get('callback')
  async callback(@Req() request: Request, @Res() response: Response): Promise<void> {
    response.redirect(303, await this.login.finish(request));
  }

  private async sendOn(request: Request, response: Response, purpose: Purpose, to?: string): Promise<void> {
    const wanted = to ?? (request.body as { to?: unknown } | undefined)?.to;
    const [provider, address] = [this.config.name, await this.login.begin(request, purpose, wanted)];
    if (!prefersPage(request)) return void response.json({ address });
    response.set('Refresh', `0; url=${address}`);
    this.pages.send(request, response, (context) => onwardPage({ ...context, provider, address }));
  }
}
