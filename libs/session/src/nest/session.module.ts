import {
  Module,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type OnApplicationShutdown,
  type OnModuleInit,
  Inject,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { NextFunction, Request, Response } from 'express';
import { ExpressStore } from '../http/express-store.ts';
import { SessionLookup } from '../http/lookup.ts';
import { Peppers } from '../model/id.ts';
import type { Backend } from '../stores/backend.ts';
import { createBackend } from '../stores/backend.ts';
import { Database } from '../stores/postgres/database.ts';
import { SessionFeed } from '../stores/postgres/feed.ts';
import { sessionMiddleware } from './engine.ts';
import { toHttpError } from './http-errors.ts';
import type { SessionConfig } from './session-config.ts';
import { SessionErrorFilter } from './session-error.filter.ts';
import { SessionGuard } from './session.guard.ts';
import { Sessions } from './sessions.ts';
import { StoreHealth } from './store-health.ts';
import { StoreLog } from './store-log.ts';
import { Sweeper } from './sweeper.ts';
import { BACKEND, EXPRESS_STORE, FAIL, PEPPERS, SESSION_CONFIG, type Fail } from './tokens.ts';

export interface SessionModuleOptions {
  /** TypeORM entities of the application, reachable through Database.repository. */
  readonly entities?: readonly NewableFunction[];
  /** Renders an error as a response, for requests whose session could not be loaded or stored. */
  readonly fail?: Fail;
  /** Requests that need no session, beside /health and /metrics. */
  readonly exclude?: (req: Request) => boolean;
}

const OPTIONS = Symbol('SESSION_MODULE_OPTIONS');
const LOOKUP = Symbol('SESSION_LOOKUP');

/** Sessions for the whole application: import `SessionModule.forRoot(config)` once. */
@Module({})
export class SessionModule implements NestModule, OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(SESSION_CONFIG) private readonly config: SessionConfig,
    @Inject(BACKEND) private readonly backend: Backend,
    @Inject(EXPRESS_STORE) private readonly expressStore: ExpressStore,
    @Inject(LOOKUP) private readonly lookup: SessionLookup,
    @Inject(PEPPERS) private readonly peppers: Peppers,
    @Inject(FAIL) private readonly fail: Fail,
    @Inject(OPTIONS) private readonly options: SessionModuleOptions,
  ) {}

  static forRoot(config: SessionConfig, options: SessionModuleOptions = {}): DynamicModule {
    return {
      module: SessionModule,
      global: true,
      providers: [
        { provide: SESSION_CONFIG, useValue: config },
        { provide: OPTIONS, useValue: options },
        { provide: FAIL, useValue: failWith(options.fail ?? plainFailure) },
        {
          provide: BACKEND,
          useFactory: () => createBackend({ ...config, ...(options.entities && { entities: options.entities }) }),
        },
        { provide: PEPPERS, useFactory: () => new Peppers(config.peppers) },
        {
          provide: LOOKUP,
          useFactory: (backend: Backend, peppers: Peppers) => new SessionLookup(backend.store, peppers),
          inject: [BACKEND, PEPPERS],
        },
        {
          provide: EXPRESS_STORE,
          useFactory: (backend: Backend, lookup: SessionLookup, peppers: Peppers) =>
            new ExpressStore(backend.store, lookup, peppers, config, config.cookie),
          inject: [BACKEND, LOOKUP, PEPPERS],
        },
        { provide: Database, useFactory: (backend: Backend) => backend.database, inject: [BACKEND] },
        { provide: SessionFeed, useFactory: (backend: Backend) => backend.feed, inject: [BACKEND] },
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
    const { config, backend, expressStore, lookup, peppers, fail } = this;
    const middleware = sessionMiddleware({ config, backend, expressStore, lookup, peppers, fail });
    const withSession = (req: Request, res: Response, next: NextFunction) => {
      if (needsNoSession(req) || this.options.exclude?.(req) === true) return next();
      middleware(req, res, (error?: unknown) => (error ? fail(error, req, res) : next()));
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

function needsNoSession(req: Request): boolean {
  return /^\/(health|metrics)(\/|$)/.test(req.path);
}

function failWith(fail: Fail): Fail {
  return (error, req, res) => fail(toHttpError(error), req, res);
}

/** For applications without an error page of their own. */
function plainFailure(error: unknown, _req: Request, res: Response): void {
  if (res.headersSent) {
    res.end();
    return;
  }
  const status =
    typeof (error as { getStatus?: unknown }).getStatus === 'function' ? (error as { getStatus(): number }).getStatus() : 500;
  res
    .status(status)
    .set((error as { headers?: Record<string, string> }).headers ?? {})
    .json({ status });
}
