import { prefersPage } from '@baton/platform';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Pages } from '../pages/pages.tsx';
import { SERVED_BY, type ServedBy } from '../served-by.ts';
import { homeText } from './home.text.ts';
import { HomeView } from './home.view.tsx';

@Controller()
export class HomeController {
  constructor(
    private readonly pages: Pages,
    @Inject(SERVED_BY) private readonly servedBy: ServedBy,
  ) {}

  @Get()
  home(@Req() request: Request, @Res() response: Response): void {
    response.vary('Accept');
    if (!prefersPage(request)) response.type('text/plain').send(this.text(request));
    else response.type('html').send(this.pages.render(request, { title: 'Baton' }, (reader) => <HomeView reader={reader} />));
  }

  private text(request: Request): string {
    const { visit, site } = this.pages.reader(request);
    const origin = `${request.protocol}://${request.get('host') ?? 'localhost'}`;
    return homeText({ ...this.servedBy, origin, user: visit.user?.name ?? null, lookup: visit.lookup, demo: site.demo ?? false });
  }
}
