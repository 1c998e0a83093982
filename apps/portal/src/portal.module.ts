import { join } from 'node:path';
import type { Site } from '@baton/ui';
import { registerStoreMetrics, SessionModule, StoreHealth, toSessionConfig } from '@baton/session';
import { METRICS, placeOf, Readiness, sendProblem } from '@baton/platform';
import { ClusterModule } from '@baton/cluster';
import { BearerMiddleware, TokensModule } from '@baton/tokens';
import { type DynamicModule, Inject, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { Registry } from 'prom-client';
import { ClusterController } from './cluster/cluster.controller.tsx';
import { ClusterNews } from './cluster/cluster-news.ts';
import { Launcher } from './cluster/launcher.ts';
import type { PortalConfig } from './config.ts';
import { EventsController } from './events/events.controller.ts';
import { ExplainController } from './explain/explain.controller.tsx';
import { FIGURES, readFigures, SOURCE } from './explain/figures.ts';
import { HomeController } from './home/home.controller.tsx';
import { MemorySessionsController } from './memory-sessions/memory-sessions.controller.ts';
import { Pages, SITE } from './pages/pages.tsx';
import { PreferencesController } from './preferences/preferences.controller.tsx';
import { SessionController } from './profile/session.controller.tsx';
import { SERVED_BY, type ServedBy } from './served-by.ts';
import { CartController } from './shop/cart.controller.ts';
import { Carts } from './shop/carts.ts';
import { ShopPages } from './shop/shop.pages.tsx';

@Module({})
export class PortalModule implements NestModule {
  constructor(readiness: Readiness, stores: StoreHealth, @Inject(METRICS) registry: Registry) {
    registerStoreMetrics(registry, stores);
    readiness.add('sessions', () => stores.ready);
  }

  static forRoot(config: PortalConfig, site: Site): DynamicModule {
    const servedBy: ServedBy = { app: 'portal', replica: config.REPLICA, version: config.VERSION };
    return {
      module: PortalModule,
      imports: [
        SessionModule.forRoot(toSessionConfig(config), { fail: sendProblem }),
        TokensModule.forRoot({ issuer: config.TOKEN_ISSUER, audience: config.TOKEN_AUDIENCE }),
        ClusterModule.forRoot({ ...servedBy, demo: config.DEMO, place: placeOf(config) }),
      ],
      controllers: [
        HomeController,
        ShopPages,
        CartController,
        PreferencesController,
        SessionController,
        EventsController,
        ExplainController,
        ClusterController,
        ...(config.DEMO ? [MemorySessionsController] : []),
      ],
      providers: [
        Carts,
        ClusterNews,
        Pages,
        { provide: Launcher, useValue: new Launcher(config.LAUNCHER_URL, config.LAUNCHER_TOKEN) },
        { provide: SOURCE, useValue: { url: config.SOURCE_URL } },
        { provide: FIGURES, useFactory: () => ({ measured: readFigures(join(import.meta.dirname, 'benchmarks.json')) }) },
        { provide: SITE, useValue: site },
        { provide: SERVED_BY, useValue: servedBy },
      ],
    };
  }

  /** Programs may show a token of the auth app instead of a cookie. */
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(BearerMiddleware).forRoutes('api/{*path}');
  }
}
