import { parse } from '@baton/platform';
import { EndedSessionGuard } from '@baton/session';
import { Pages } from '@baton/ui';
import { Body, Controller, Get, Header, Post, Put, Query, Redirect, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { preferencesBody, preferencesForm } from './preferences.ts';
import { PreferencesView } from './preferences.view.tsx';

/** Plain assignment is enough: a save writes only the paths that changed, so concurrent changes of other fields survive. */
@Controller()
export class PreferencesController {
  constructor(private readonly pages: Pages) {}

  @Get('api/preferences')
  @UseGuards(EndedSessionGuard)
  show(@Req() request: Request) {
    return request.session.preferences ?? {};
  }

  @Put('api/preferences')
  @UseGuards(EndedSessionGuard)
  change(@Req() request: Request, @Body() body: unknown) {
    const change = parse(preferencesBody, body);
    if (Object.keys(change).length > 0) request.session.preferences = { ...request.session.preferences, ...change };
    return request.session.preferences ?? {};
  }

  @Get('preferences')
  @Header('content-type', 'text/html; charset=utf-8')
  page(@Req() request: Request, @Query('saved') saved?: string) {
    const { t } = this.pages.reader(request);
    return this.pages.render(request, { title: t.preferences }, (reader) => (
      <PreferencesView reader={reader} saved={saved === 'yes'} />
    ));
  }

  @Post('preferences')
  @UseGuards(EndedSessionGuard)
  @Redirect('/preferences?saved=yes', 303)
  submit(@Req() request: Request, @Body() body: unknown) {
    request.session.preferences = { ...request.session.preferences, ...parse(preferencesForm, body) };
  }
}
