import { Pages } from '@baton/ui';
import { Controller, Get, Header, Req } from '@nestjs/common';
import type { Request } from 'express';
import { DocsView } from './docs.view.tsx';

/** `npm run openapi` writes the file. It is read when somebody asks for it, not when the app starts. */
const document = async () => (await import('../../../../../docs/openapi.json', { with: { type: 'json' } })).default;

@Controller('docs')
export class DocsController {
  constructor(private readonly pages: Pages) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async page(@Req() request: Request) {
    const description = await document();
    const options = { title: 'API', styles: ['docs'], mainLanguage: 'en' };
    return this.pages.render(request, options, () => <DocsView document={description} />);
  }

  @Get('openapi.json')
  async json() {
    return document();
  }
}
