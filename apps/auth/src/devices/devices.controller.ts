import { prefersPage, ProblemException } from '@baton/platform';
import { SessionGuard, Sessions } from '@baton/session';
import { renderPage } from '@baton/ui';
import { Controller, Delete, Get, Param, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { StepUpGuard } from '../account/step-up.guard.ts';
import { accountPage } from '../pages/account.page.tsx';
import { devicesPage } from '../pages/devices.page.tsx';
import { FormFilter } from '../pages/form.filter.ts';
import { Pages } from '../pages/pages.ts';
import { openSession, type OpenSession } from './open-session.ts';

/** A person's own sessions. Programs say DELETE; forms cannot, so they POST to `/end`. */
@Controller('auth/sessions')
@UseGuards(SessionGuard)
@UseFilters(FormFilter.around(accountPage))
export class DevicesController {
  constructor(
    private readonly sessions: Sessions,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(@Req() req: Request, @Res() res: Response): Promise<void> {
    const records = await this.sessions.list(userId(req));
    const open = records.map((record) => openSession(req, record));
    if (prefersPage(req)) this.sendPage(req, res, open);
    else res.json(open);
  }

  @Delete(':publicId')
  @UseGuards(StepUpGuard)
  async end(@Req() req: Request, @Res() res: Response, @Param('publicId') publicId: string): Promise<void> {
    await this.endOne(req, publicId);
    res.status(204).end();
  }

  @Post(':publicId/end')
  @UseGuards(StepUpGuard)
  async endByForm(@Req() req: Request, @Res() res: Response, @Param('publicId') publicId: string): Promise<void> {
    await this.endOne(req, publicId);
    res.redirect(303, '/auth/sessions');
  }

  @Delete()
  @UseGuards(StepUpGuard)
  async endOthers(@Req() req: Request, @Res() res: Response): Promise<void> {
    res.json({ ended: await this.sessions.revokeOthers(req) });
  }

  @Post('end-others')
  @UseGuards(StepUpGuard)
  async endOthersByForm(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.sessions.revokeOthers(req);
    res.redirect(303, '/auth/sessions');
  }

  /** Somebody else's session and no session at all are the same 404: ids cannot be probed. */
  private async endOne(req: Request, publicId: string): Promise<void> {
    const ended = await this.sessions.revoke(userId(req), publicId);
    if (!ended) throw new ProblemException(404, { title: 'Not Found', detail: 'You have no such session.' });
  }

  private sendPage(req: Request, res: Response, sessions: OpenSession[]): void {
    res.type('html').send(renderPage(devicesPage({ ...this.pages.context(req), sessions })));
  }
}

/** The guard has seen to it that there is one. */
const userId = (req: Request): string => req.session.user!.id;
