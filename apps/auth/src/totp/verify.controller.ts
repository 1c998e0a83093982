import { parse, prefersPage } from '@baton/platform';
import { Pages } from '@baton/ui';
import { Controller, Get, HttpCode, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { returnTo } from '../login/return-to.ts';
import { SecondStep } from '../login/second-step.ts';
import { SignIn } from '../login/sign-in.ts';
import { FormFilter } from '../pages/form.filter.ts';
import { Totp } from './totp.ts';
import { typedCode } from './totp.controller.ts';
import { verifyPage } from './totp.page.tsx';

/** The second step of a login or of a step-up. */
@Controller('auth/totp/verify')
@UseFilters(FormFilter.around(verifyPage))
export class VerifyController {
  constructor(
    private readonly totp: Totp,
    private readonly step: SecondStep,
    private readonly signIn: SignIn,
    private readonly pages: Pages,
  ) {}

  @Get()
  async page(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.step.user(request);
    this.pages.send(request, response, verifyPage);
  }

  @Post()
  @HttpCode(200)
  async verify(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { code } = parse(typedCode, request.body);
    const user = await this.step.user(request);
    await this.totp.verify(request, user.id, code);
    await this.signIn.withSecondFactor(request, user, this.totp);
    if (prefersPage(request)) response.redirect(303, returnTo((request.body as { to?: unknown }).to));
    else response.json({ user: request.session.user });
  }
}
