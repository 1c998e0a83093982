import { parse } from '@baton/platform';
import { Pages } from '@baton/ui';
import { Controller, Get, HttpCode, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { returnTo } from '../login/return-to.ts';
import { SecondStep } from '../login/second-step.ts';
import { SignIn } from '../login/sign-in.ts';
import { Throttle } from '../login/throttle.ts';
import { FormFilter } from '../pages/form.filter.ts';
import { loginPage } from '../pages/login.page.tsx';
import { Assertion } from './assertion.ts';
import { PasskeyFactor } from './passkey-factor.ts';
import { passkeyStepPage, SECOND_STEP_PATH } from './passkeys.page.tsx';
import { signature } from './wire.ts';

/** Completes a login or a step-up that has begun with the password. */
@Controller(SECOND_STEP_PATH)
@UseFilters(FormFilter.around(loginPage))
export class PasskeyFactorController {
  constructor(
    private readonly assertion: Assertion,
    private readonly factor: PasskeyFactor,
    private readonly step: SecondStep,
    private readonly signIn: SignIn,
    private readonly throttle: Throttle,
    private readonly pages: Pages,
  ) {}

  @Get()
  async page(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.step.user(request);
    this.pages.send(request, response, passkeyStepPage);
  }

  @Post('options')
  @HttpCode(200)
  async options(@Req() request: Request) {
    return this.assertion.options(request, (await this.step.user(request)).id);
  }

  /** `to`: where the page goes next, checked. */
  @Post()
  @HttpCode(200)
  async prove(@Req() request: Request) {
    const { response, to } = parse(signature, request.body);
    const user = await this.step.user(request);
    const counts = this.throttle.secondFactor(user.id);
    await this.throttle.reserve(...counts);
    await this.assertion.verify(request, response, user.id);
    await this.throttle.settle(...counts);
    await this.signIn.withSecondFactor(request, user, this.factor);
    return { to: returnTo(to) };
  }
}
