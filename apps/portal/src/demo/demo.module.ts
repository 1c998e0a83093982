import { addDemoNavigation, ClusterModule } from '@baton/demo';
import { placeOf } from '@baton/platform';
import { Site } from '@baton/ui';
import { type DynamicModule, Inject, Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { map } from 'rxjs';
import { EventSources } from '../events/event-sources.ts';
import { ClusterController } from './cluster/cluster.controller.tsx';
import { maySeeCluster } from './cluster/may-see-cluster.ts';
import { ClusterViews } from './cluster/cluster-views.ts';
import { Launcher } from './cluster/launcher.ts';
import { DemoConfig } from './demo-config.ts';
import { ExplainController } from './explain/explain.controller.tsx';
import { demoHomePage } from './home/home.page.tsx';
import { MemorySessionsController } from './memory-sessions/memory-sessions.controller.ts';
import { DocsController } from './openapi/docs.controller.tsx';
import { CartController } from './shop/cart.controller.ts';
import { Carts } from './shop/carts.ts';
import { ShopPages } from './shop/shop.pages.tsx';

/** Everything that shows what this site can do: a shop, the live cluster view with its fault buttons, and explanations. */
@Module({})
export class DemoModule implements OnApplicationBootstrap {
  constructor(
    @Inject(DemoConfig) private readonly config: DemoConfig,
    site: Site,
    events: EventSources,
    views: ClusterViews,
  ) {
    addDemoNavigation(site, config.DEMO);
    site.homePage = demoHomePage(site, config.VERSION, config.DEMO);
    const messages = views.stream.pipe(map((data) => ({ type: 'cluster', data })));
    events.add((request) => (request.query['cluster'] && maySeeCluster(request, config) ? messages : null));
  }

  static forRoot(config: DemoConfig): DynamicModule {
    const identity = {
      app: 'portal',
      replica: config.REPLICA,
      version: config.VERSION,
      demo: config.DEMO,
      place: placeOf(config),
    };
    return {
      module: DemoModule,
      imports: [ClusterModule.forRoot(identity)],
      controllers: [
        ShopPages,
        CartController,
        ExplainController,
        ClusterController,
        ...(config.DEMO ? [MemorySessionsController, DocsController] : []),
      ],
      providers: [
        Carts,
        ClusterViews,
        { provide: Launcher, useValue: new Launcher(config.LAUNCHER_URL, config.LAUNCHER_TOKEN) },
        { provide: DemoConfig, useValue: config },
      ],
    };
  }

  onApplicationBootstrap(): void {
    if (this.config.DEMO)
      new Logger('demo').warn('DEMO mode: accounts with public passwords can log in, and visitors can crash replicas.');
  }
}
