import { prefersPage } from '@baton/platform';
import { Pages, Site } from '@baton/ui';
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { plainHomePage } from './home.page.tsx';

@Controller()
export class HomeController {
  constructor(
    private readonly pages: Pages,
    private readonly site: Site,
  ) {}

  @Get()
  home(@Req() request: Request, @Res() response: Response): void {
    const { options, view, text } = this.site.homePage ?? plainHomePage(this.site);
    response.vary('Accept');
    if (prefersPage(request)) response.type('html').send(this.pages.render(request, options, view));
    else response.type('text/plain').send(text(this.pages.reader(request), originOf(request)));
  }
}

const originOf = (request: Request): string => `${request.protocol}://${request.get('host') ?? 'localhost'}`;
