import { Pages } from '@baton/ui';
import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import type { Request } from 'express';
import { DemoConfig } from '../demo-config.ts';
import { HowItWorks, Topologies } from './explain.views.tsx';
import { FIGURES } from './figures.ts';

const HTML = ['content-type', 'text/html; charset=utf-8'] as const;
const PAGE = { styles: ['explain'], mainLanguage: 'en' };

@Controller('how-it-works')
export class ExplainController {
  constructor(
    private readonly pages: Pages,
    @Inject(DemoConfig) private readonly config: DemoConfig,
  ) {}

  @Get()
  @Header(...HTML)
  flows(@Req() request: Request) {
    return this.pages.render(request, { ...PAGE, title: 'How it works' }, () => <HowItWorks source={this.config.SOURCE_URL} />);
  }

  @Get('topologies')
  @Header(...HTML)
  topologies(@Req() request: Request) {
    const page = { ...PAGE, title: 'Where to keep a session' };
    return this.pages.render(request, page, ({ site }) => <Topologies figures={FIGURES} name={site.name} />);
  }
}
