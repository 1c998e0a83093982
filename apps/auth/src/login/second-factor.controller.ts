import { prefersPage } from '@baton/platform';
import { Pages } from '@baton/ui';
import { Controller, Get, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { FormFilter } from '../pages/form.filter.ts';
import { loginPage } from '../pages/login.page.tsx';
import { secondFactorsPage } from '../pages/second-factors.page.tsx';
import { SECOND_FACTORS_PATH, SecondFactors } from './second-factors.ts';
import { SecondStep } from './second-step.ts';

@Controller(SECOND_FACTORS_PATH)
@UseFilters(FormFilter.around(loginPage))
export class SecondFactorController {
  constructor(
    private readonly step: SecondStep,
    private readonly factors: SecondFactors,
    private readonly pages: Pages,
  ) {}

  /** The ways to complete a login or a step-up that has begun. */
  @Get()
  async list(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { id } = await this.step.user(request);
    const factors = await this.factors.of(id);
    if (prefersPage(request)) this.pages.send(request, response, (context) => secondFactorsPage({ ...context, factors }));
    else response.json({ factors: factors.map(({ name, path }) => ({ name, path })) });
  }
}
