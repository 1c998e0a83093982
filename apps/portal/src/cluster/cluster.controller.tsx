import { Faults } from '@baton/cluster';
import { parse, prefersPage, ProblemException } from '@baton/platform';
import { SessionGuard, sessionInfo } from '@baton/session';
import { Body, Controller, Get, Header, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Pages } from '../pages/pages.tsx';
import { Board } from './board/board.tsx';
import { ClusterNews } from './cluster-news.ts';
import type { BoardProps, Me } from './cluster-view.ts';
import { ClusterFrame } from './cluster.frame.tsx';
import { Launcher } from './launcher.ts';
import { launcherPath, order, type Order } from './orders.ts';

const PAGE = {
  title: 'Cluster',
  scripts: ['cluster'],
  styles: ['cluster'],
  mainLanguage: 'en',
  events: '/api/events?cluster=yes',
};

@Controller('cluster')
export class ClusterController {
  constructor(
    private readonly pages: Pages,
    private readonly news: ClusterNews,
    private readonly faults: Faults,
    private readonly launcher: Launcher,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  page(@Req() request: Request) {
    const { site } = this.pages.reader(request);
    const controls = { faults: site.demo ?? false, launcher: (site.demo ?? false) && this.launcher.isThere };
    const props: BoardProps = { view: this.news.now(), controls, me: meOf(request) };
    return this.pages.render(request, PAGE, () => (
      <ClusterFrame props={props}>
        <Board {...props} />
      </ClusterFrame>
    ));
  }

  /** Forms lead back to the page; the page's script asks for no page and gets no content. */
  @Post('orders')
  @UseGuards(SessionGuard)
  async give(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    if (!this.pages.reader(request).site.demo)
      throw new ProblemException(403, { title: 'Forbidden', detail: 'Only a demo may be broken on purpose.' });
    await this.carryOut(parse(order, body));
    if (prefersPage(request)) response.redirect(303, '/cluster');
    else response.status(204).end();
  }

  private async carryOut(given: Order): Promise<void> {
    if (given.kind === 'replica') await this.faults.order(given.instance, given.action);
    else await this.launcher.tell(launcherPath(given));
  }
}

function meOf(request: Request): Me | null {
  const info = sessionInfo(request);
  const { user, cart = {} } = request.session;
  if (!info || !user) return null;
  const articles = Object.values(cart).reduce((sum, quantity) => sum + quantity, 0);
  return { name: user.name, publicId: info.publicId, createdAt: new Date(info.createdAt).toISOString(), articles };
}
