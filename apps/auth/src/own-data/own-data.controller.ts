import { NAME, parse, prefersPage } from '@baton/platform';
import { SessionGuard } from '@baton/session';
import { Pages, Site } from '@baton/ui';
import { Controller, Get, HttpCode, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { StepUpGuard } from '../account/step-up.guard.ts';
import { FormFilter } from '../pages/form.filter.ts';
import { deletedPage, ownDataPage } from './own-data.page.tsx';
import { OwnData } from './own-data.ts';

const OWN_DATA = '/auth/own-data';

/** `true` in JSON; a form sends the text if the box is ticked. */
export const confirmation = z.object({ forever: z.union([z.literal(true), z.literal('true')]) });

@Controller('auth/own-data')
@UseGuards(SessionGuard)
@UseFilters(FormFilter.around(ownDataPage, () => OWN_DATA))
export class OwnDataController {
  constructor(
    site: Site,
    private readonly ownData: OwnData,
    private readonly pages: Pages,
  ) {
    site.accountLinks.push({ href: OWN_DATA, label: () => 'Your data' });
  }

  @Get()
  show(@Req() request: Request, @Res() response: Response): void {
    this.pages.send(request, response, ownDataPage);
  }

  @Get('export')
  @UseGuards(StepUpGuard)
  async export(@Req() request: Request, @Res() response: Response): Promise<void> {
    const data = await this.ownData.export(request);
    response
      .attachment(`${NAME}-data.json`)
      .set('Cache-Control', 'no-store')
      .type('json')
      .send(JSON.stringify(data, null, 2));
  }

  @Post('delete')
  @HttpCode(200)
  @UseGuards(StepUpGuard)
  async delete(@Req() request: Request, @Res() response: Response): Promise<void> {
    parse(confirmation, request.body);
    await this.ownData.deleteAccount(request);
    response.set('Clear-Site-Data', '"cache", "cookies", "storage"');
    if (prefersPage(request)) this.pages.send(request, response, deletedPage);
    else response.status(204).end();
  }
}
