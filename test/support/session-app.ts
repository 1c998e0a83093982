import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { All, Controller, Module, Req, Res, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { sessionSettings, toSessionConfig } from '../../libs/session/src/nest/session-config.ts';
import { SessionModule } from '../../libs/session/src/nest/session.module.ts';
import { Sessions } from '../../libs/session/src/nest/sessions.ts';
import { Backend } from '../../libs/session/src/stores/backend.ts';
import { browserless, type HttpResponse, type Client } from './client.ts';
import { onCleanup } from './cleanup.ts';

export const ENGINES = ['baton', 'express-session'] as const;
export type Engine = (typeof ENGINES)[number];

declare module 'express-session' {
  /** The session field that tests of the library use. */
  interface SessionData {
    cart: Record<string, number>;
  }
}

type Handler = (req: Request, res: Response) => unknown;

/** A Nest application with sessions whose handlers a test defines. */
export interface SessionApp {
  readonly url: string;
  readonly server: Server;
  readonly nest: NestExpressApplication;
  readonly backend: Backend;
  readonly sessions: Sessions;
  /** Serves this handler at a new path. */
  route(handler: Handler): string;
  /** One request to a handler. */
  visit(client: Client, handler: Handler, init?: RequestInit): Promise<HttpResponse>;
  client(): Client;
}

export interface SessionAppOptions {
  settings?: Record<string, string>;
  controllers?: Type[];
  /** TypeORM entities. */
  entities?: NewableFunction[];
  /** Shares the stores of another application, as a second replica would. */
  backendOf?: SessionApp;
}

const SETTINGS = {
  SESSION_STRATEGY: 'memory',
  SESSION_SECRETS: 'a secret that signs cookies',
  SESSION_PEPPER: 'a pepper that makes keys',
  COOKIE_SECURE: 'false',
};

/** Closes with the suite. */
export async function startSessionApp(engine: Engine, options: SessionAppOptions = {}): Promise<SessionApp> {
  const handlers = new Map<string, Handler>();
  const module = moduleOf({ ...SETTINGS, SESSION_ENGINE: engine, ...options.settings }, handlers, options);
  const nest = await NestFactory.create<NestExpressApplication>(module, { logger: false, abortOnError: false });
  if (options.backendOf) Object.assign(nest.get(Backend).store, options.backendOf.backend.store);
  await nest.listen(0, '127.0.0.1');
  onCleanup(() => nest.close());
  const server: Server = nest.getHttpServer();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const route = (handler: Handler): string => {
    const path = `/${handlers.size}`;
    handlers.set(path, handler);
    return path;
  };
  const visit = (client: Client, handler: Handler, init?: RequestInit) => client.at(url).get(route(handler), init);
  const client = () => browserless(url);
  return { url, server, nest, backend: nest.get(Backend), sessions: nest.get(Sessions), route, visit, client };
}

function moduleOf(
  settings: Record<string, string>,
  handlers: Map<string, Handler>,
  { controllers = [], entities = [] }: SessionAppOptions,
): DynamicModule {
  @Controller()
  class Handlers {
    @All('{*path}')
    handle(@Req() req: Request, @Res() res: Response): unknown {
      return handlers.get(req.path)?.(req, res) ?? undefined;
    }
  }

  @Module({})
  class App {}

  const config = toSessionConfig(z.object(sessionSettings).parse(settings));
  return { module: App, imports: [SessionModule.forRoot(config, { entities })], controllers: [...controllers, Handlers] };
}
