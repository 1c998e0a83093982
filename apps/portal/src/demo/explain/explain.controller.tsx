import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Pages } from '../../pages/pages.tsx';
import { HowItWorks, Topologies } from './explain.views.tsx';
import { FIGURES, type Figures, SOURCE } from './figures.ts';

const HTML = ['content-type', 'text/html; charset=utf-8'] as const;

@Controller('how-it-works')
export class ExplainController {
  constructor(
    private readonly pages: Pages,
    @Inject(SOURCE) private readonly source: { url?: string },
    @Inject(FIGURES) private readonly figures: { measured: Figures | null },
  ) {}

  @Get()
  @Header(...HTML)
  flows(@Req() request: Request) {
    return this.pages.render(request, { title: 'How it works', mainLanguage: 'en' }, () => (
      <HowItWorks source={this.source.url} />
    ));
  }

  @Get('topologies')
  @Header(...HTML)
  topologies(@Req() request: Request) {
    const page = { title: 'Where to keep a session', mainLanguage: 'en' };
    return this.pages.render(request, page, () => <Topologies figures={this.figures.measured} />);
  }
}
