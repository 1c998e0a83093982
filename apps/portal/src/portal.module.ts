import { NAME, Readiness, sendProblem } from '@baton/platform';
import { registerStoreMetrics, SessionModule, StoreHealth, toSessionConfig } from '@baton/session';
import { BearerMiddleware, TokensModule } from '@baton/tokens';
import { PagesModule, type Site } from '@baton/ui';
import { type DynamicModule, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { Registry } from 'prom-client';
import type { PortalConfig } from './config.ts';
import { DemoModule } from './demo/demo.module.ts';
import { EventsModule } from './events/events.module.ts';
import { HomeController } from './home/home.controller.tsx';
import { NotesModule } from './notes/notes.module.ts';
import { PreferencesController } from './preferences/preferences.controller.tsx';
import { SessionController } from './profile/session.controller.tsx';
import { ServedBy } from './served-by.ts';

@Module({})
export class PortalModule implements NestModule {
  constructor(readiness: Readiness, stores: StoreHealth, registry: Registry) {
    registerStoreMetrics(registry, stores);
    readiness.add('sessions', () => stores.ready);
  }

  static forRoot(config: PortalConfig, site: Site): DynamicModule {
    const servedBy: ServedBy = { app: 'portal', replica: config.REPLICA, version: config.VERSION };
    return {
      module: PortalModule,
      imports: [
        SessionModule.forRoot(toSessionConfig(config, { name: NAME }), { fail: sendProblem }),
        TokensModule.forRoot({ issuer: config.TOKEN_ISSUER, audience: config.TOKEN_AUDIENCE }),
        PagesModule.forRoot(site),
        EventsModule.forRoot(config),
        DemoModule.forRoot(config),
        NotesModule,
      ],
      controllers: [HomeController, PreferencesController, SessionController],
      providers: [{ provide: ServedBy, useValue: servedBy }],
    };
  }

  /** Programs may send a token of the auth app instead of a cookie. */
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(BearerMiddleware).forRoutes('api/{*path}');
  }
}
