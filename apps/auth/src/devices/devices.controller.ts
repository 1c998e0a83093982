import { prefersPage, ProblemException } from '@baton/platform';
import { SessionGuard, Sessions } from '@baton/session';
import { Pages } from '@baton/ui';
import { Controller, Delete, Get, Param, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { StepUpGuard } from '../account/step-up.guard.ts';
import { accountPage } from '../pages/account.page.tsx';
import { devicesPage } from '../pages/devices.page.tsx';
import { FormFilter } from '../pages/form.filter.ts';
import { openSession } from './open-session.ts';

/** A user's own sessions. Programs send DELETE; forms cannot, so they POST to `/end`. */
@Controller('auth/sessions')
@UseGuards(SessionGuard)
@UseFilters(FormFilter.around(accountPage, () => '/auth/sessions'))
export class DevicesController {
  constructor(
    private readonly sessions: Sessions,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(@Req() request: Request, @Res() response: Response): Promise<void> {
    const records = await this.sessions.list(userId(request));
    const sessions = records.map((record) => openSession(request, record));
    if (prefersPage(request)) this.pages.send(request, response, (context) => devicesPage({ ...context, sessions }));
    else response.json(sessions);
  }

  @Delete(':publicId')
  @UseGuards(StepUpGuard)
  async end(@Req() request: Request, @Res() response: Response, @Param('publicId') publicId: string): Promise<void> {
    await this.endOne(request, publicId);
    response.status(204).end();
  }

  @Post(':publicId/end')
  @UseGuards(StepUpGuard)
  async endByForm(@Req() request: Request, @Res() response: Response, @Param('publicId') publicId: string): Promise<void> {
    await this.endOne(request, publicId);
    response.redirect(303, '/auth/sessions');
  }

  @Delete()
  @UseGuards(StepUpGuard)
  async endOthers(@Req() request: Request, @Res() response: Response): Promise<void> {
    response.json({ ended: await this.sessions.revokeOthers(request) });
  }

  @Post('end-others')
  @UseGuards(StepUpGuard)
  async endOthersByForm(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.sessions.revokeOthers(request);
    response.redirect(303, '/auth/sessions');
  }

  /** Another user's session gets the same 404 as an unknown one, so ids cannot be probed. */
  private async endOne(request: Request, publicId: string): Promise<void> {
    const ended = await this.sessions.revoke(userId(request), publicId);
    if (!ended) throw new ProblemException(404, { title: 'Not Found', detail: 'You have no such session.' });
  }
}

/** The guard lets in only users who are signed in. */
const userId = (request: Request): string => request.session.user!.id;
