import { articlesIn, FaultCommands } from '@baton/demo';
import { parse, prefersPage, ProblemException } from '@baton/platform';
import { SessionGuard, sessionInfo } from '@baton/session';
import { Pages } from '@baton/ui';
import { Body, Controller, Get, Header, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DemoConfig } from '../demo-config.ts';
import { Board } from './board/board.tsx';
import type { BoardProps, Me } from './cluster-view.ts';
import { ClusterViews } from './cluster-views.ts';
import { ClusterFrame } from './cluster.frame.tsx';
import { type FaultInput, faultInput, launcherPath } from './fault-input.ts';
import { Launcher } from './launcher.ts';
import { maySeeCluster } from './may-see-cluster.ts';

const PAGE = {
  title: 'Cluster',
  scripts: ['cluster'],
  styles: ['cluster'],
  mainLanguage: 'en',
  events: { address: '/api/events?cluster=yes', types: ['cluster'] },
};

@Controller('cluster')
export class ClusterController {
  constructor(
    private readonly pages: Pages,
    private readonly views: ClusterViews,
    private readonly faultCommands: FaultCommands,
    private readonly launcher: Launcher,
    @Inject(DemoConfig) private readonly config: DemoConfig,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  page(@Req() request: Request) {
    this.refuseOthers(request);
    const faults = this.config.DEMO;
    const controls = { faults, launcher: faults && this.launcher.isAvailable };
    const props: BoardProps = { view: this.views.now(), controls, me: meOf(request) };
    return this.pages.render(request, PAGE, () => (
      <ClusterFrame props={props}>
        <Board {...props} />
      </ClusterFrame>
    ));
  }

  /** A form returns to the page; the page's script gets no content. */
  @Post('orders')
  @UseGuards(SessionGuard)
  async fault(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    if (!this.config.DEMO) throw new ProblemException(403, { title: 'Forbidden', detail: 'Faults need DEMO=true.' });
    await this.carryOut(parse(faultInput, body));
    if (prefersPage(request)) response.redirect(303, '/cluster');
    else response.status(204).end();
  }

  private refuseOthers(request: Request): void {
    if (maySeeCluster(request, this.config)) return;
    if (!request.session?.user) throw new ProblemException(401, { title: 'Sign in first', detail: 'You are not signed in.' });
    throw new ProblemException(403, { title: 'Forbidden', detail: 'Only administrators may see the cluster.' });
  }

  private async carryOut(input: FaultInput): Promise<void> {
    if (input.kind === 'replica') await this.faultCommands.send(input.instance, input.action);
    else await this.launcher.send(launcherPath(input));
  }
}

function meOf(request: Request): Me | null {
  const info = sessionInfo(request);
  const { user } = request.session;
  if (!info || !user) return null;
  const createdAt = new Date(info.createdAt).toISOString();
  return { name: user.name, publicId: info.publicId, createdAt, articles: articlesIn(request.session) };
}
