import { type DynamicModule, Global, Module, type Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { LoggerModule, type Params } from 'nestjs-pino';
import { Registry } from 'prom-client';
import { HealthController } from './health/health.controller.ts';
import { Readiness } from './health/readiness.ts';
import { ProblemFilter } from './http/problem.filter.ts';
import { AppLogger } from './logging/logging.ts';
import { MetricsController } from './metrics/metrics.controller.ts';
import { Draining } from './shutdown/draining.ts';

/** Health, metrics, logs and errors of an app; `bootstrap` puts it around the app's own module. */
@Global()
@Module({})
export class PlatformModule {
  /** `metrics`: whether the app's own port serves `/metrics`. */
  static forRoot(options: { app: Type | DynamicModule; registry: Registry; logger: Params; metrics: boolean }): DynamicModule {
    return {
      module: PlatformModule,
      imports: [LoggerModule.forRoot(options.logger), TerminusModule.forRoot({ logger: false }), options.app],
      controllers: [HealthController, ...(options.metrics ? [MetricsController] : [])],
      providers: [
        AppLogger,
        Readiness,
        Draining,
        { provide: Registry, useValue: options.registry },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
      exports: [Readiness, Draining, Registry],
    };
  }
}
