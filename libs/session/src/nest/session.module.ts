import {
  HttpException,
  Inject,
  Module,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { NextFunction, Request, Response } from 'express';
import type { Fail } from '../http/baton-session.ts';
import { sessionMiddleware } from '../http/engine.ts';
import { ExpressStore } from '../http/express-store.ts';
import { RateLimit } from '../kit/rate-limit.ts';
import { Peppers } from '../model/id.ts';
import type { SessionStore } from '../model/store.ts';
import { Backend } from '../stores/backend.ts';
import { Database } from '../stores/postgres/database.ts';
import { SessionFeed } from '../stores/postgres/feed.ts';
import { FAIL, SessionErrorFilter, toHttpError } from './http-errors.ts';
import { SESSION_CONFIG, type SessionConfig } from './session-config.ts';
import { SessionGuard } from './session.guard.ts';
import { Sessions } from './sessions.ts';
import { StoreHealth } from './store-health.ts';
import { StoreLog } from './store-log.ts';
import { Sweeper } from './sweeper.ts';

export interface SessionModuleOptions {
  /** TypeORM entities of the application, reachable through Database.repository. */
  readonly entities?: readonly NewableFunction[];
  /** Renders an error as a response, for requests whose session could not be loaded or stored. */
  readonly fail?: Fail;
  /** Requests that need no session, beside /health and /metrics. */
  readonly exclude?: (req: Request) => boolean;
}

const OPTIONS = Symbol('SESSION_MODULE_OPTIONS');

/** Sessions for the whole application: import `SessionModule.forRoot(config)` once. */
@Module({})
export class SessionModule implements NestModule, OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(SESSION_CONFIG) private readonly config: SessionConfig,
    @Inject(FAIL) private readonly fail: Fail,
    @Inject(OPTIONS) private readonly options: SessionModuleOptions,
    private readonly backend: Backend,
    private readonly expressStore: ExpressStore,
  ) {}

  static forRoot(config: SessionConfig, options: SessionModuleOptions = {}): DynamicModule {
    return {
      module: SessionModule,
      global: true,
      providers: [
        { provide: SESSION_CONFIG, useValue: config },
        { provide: OPTIONS, useValue: options },
        { provide: FAIL, useValue: failWith(options.fail ?? plainFailure) },
        { provide: Backend, useFactory: () => new Backend({ ...config, entities: options.entities ?? [] }) },
        {
          provide: ExpressStore,
          useFactory: ({ store }: Backend) => expressStore(store, config),
          inject: [Backend],
        },
        { provide: Database, useFactory: (backend: Backend) => backend.database, inject: [Backend] },
        { provide: SessionFeed, useFactory: (backend: Backend) => backend.feed, inject: [Backend] },
        { provide: APP_FILTER, useClass: SessionErrorFilter },
        Sessions,
        StoreHealth,
        StoreLog,
        SessionGuard,
        Sweeper,
      ],
      exports: [Sessions, StoreHealth, SessionGuard, Database, SessionFeed, SESSION_CONFIG],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    const middleware = sessionMiddleware(this.config, this.expressStore, this.fail);
    const withSession = (req: Request, res: Response, next: NextFunction) => {
      if (needsNoSession(req) || this.options.exclude?.(req) === true) return next();
      middleware(req, res, (error?: unknown) => (error ? this.fail(error, req, res) : next()));
    };
    // The root, not a wildcard: Express then matches no pattern and does not change `req.path`.
    consumer.apply(withSession).forRoutes('/');
  }

  onModuleInit(): void {
    this.backend.start();
  }

  /** Last of all: requests in progress need the stores. */
  async onApplicationShutdown(): Promise<void> {
    await this.backend.close();
  }
}

function expressStore(store: SessionStore, config: SessionConfig): ExpressStore {
  const creations = new RateLimit(config.creationsPerAddress);
  return new ExpressStore(store, new Peppers(config.peppers), config, config.cookie.secure, creations);
}

function needsNoSession(req: Request): boolean {
  return /^\/(health|metrics)(\/|$)/.test(req.path);
}

function failWith(fail: Fail): Fail {
  return (error, req, res) => fail(toHttpError(error), req, res);
}

/** For applications without an error page of their own. */
function plainFailure(error: unknown, _req: Request, res: Response): void {
  if (res.headersSent) return void res.end();
  const status = error instanceof HttpException ? error.getStatus() : 500;
  res
    .status(status)
    .set((error as { headers?: Record<string, string> }).headers ?? {})
    .json({ status });
}
