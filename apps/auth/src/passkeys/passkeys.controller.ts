import { parse, prefersPage, ProblemException } from '@baton/platform';
import { SessionGuard } from '@baton/session';
import { Pages } from '@baton/ui';
import { Controller, Delete, Get, HttpCode, Param, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { StepUpGuard } from '../account/step-up.guard.ts';
import { FormFilter } from '../pages/form.filter.ts';
import { Passkeys } from './passkeys.ts';
import { PASSKEYS_PATH, passkeysPage } from './passkeys.page.tsx';
import { Registration } from './registration.ts';
import { newPasskey } from './wire.ts';

/** A user's own passkeys. A browser needs a script to make one; the list and the removal work without. */
@Controller(PASSKEYS_PATH)
@UseGuards(SessionGuard)
@UseFilters(FormFilter.around(passkeysPage, () => PASSKEYS_PATH))
export class PasskeysController {
  constructor(
    private readonly passkeys: Passkeys,
    private readonly registration: Registration,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(@Req() request: Request, @Res() response: Response): Promise<void> {
    const passkeys = await this.passkeys.list(request.session.user!.id);
    if (prefersPage(request)) this.pages.send(request, response, (context) => passkeysPage({ ...context, passkeys }));
    else response.json(passkeys);
  }

  @Post('options')
  @HttpCode(200)
  @UseGuards(StepUpGuard)
  options(@Req() request: Request) {
    return this.registration.options(request);
  }

  @Post()
  @HttpCode(204)
  @UseGuards(StepUpGuard)
  async add(@Req() request: Request): Promise<void> {
    const { name, response } = parse(newPasskey, request.body);
    await this.registration.add(request, name, response);
  }

  @Delete(':id')
  @HttpCode(204)
  @UseGuards(StepUpGuard)
  remove(@Req() request: Request, @Param('id') id: string): Promise<void> {
    return this.registration.remove(request, known(id));
  }

  @Post(':id/remove')
  @UseGuards(StepUpGuard)
  async removeByForm(@Req() request: Request, @Res() response: Response, @Param('id') id: string): Promise<void> {
    await this.registration.remove(request, known(id));
    response.redirect(303, PASSKEYS_PATH);
  }
}

/** Postgres refuses anything else in place of an id. */
function known(id: string): string {
  if (z.uuid().safeParse(id).success) return id;
  throw new ProblemException(404, { title: 'Not Found', detail: 'You have no such passkey.' });
}
