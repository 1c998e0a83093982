import type { AddressInfo } from 'node:net';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { PlatformSettings } from './config/platform-settings.ts';
import { exactPaths } from './http/exact-paths.ts';
import { plausibleAddress } from './http/own-address.ts';
import { requestId } from './http/request-id.ts';
import { sameOriginOnly } from './http/same-origin.ts';
import { securityHeaders } from './http/security-headers.ts';
import { useErrorPage, type ErrorPage } from './http/send-problem.ts';
import { TimedExpressAdapter } from './http/server-timeouts.ts';
import { AppLogger, loggerParams, type DescribeRequest } from './logging/logging.ts';
import { createRegistry, measureRequests } from './metrics/metrics.ts';
import { serveMetrics } from './metrics/metrics-server.ts';
import { PlatformModule } from './platform.module.ts';
import { shutDownGracefully } from './shutdown/shutdown.ts';

/** Longer than proxies usually keep idle connections (nginx: 60 s), so that the app never closes one that a proxy reuses. */
const KEEP_ALIVE_MS = 65_000;

interface BootstrapOptions {
  app: string;
  module: Type | DynamicModule;
  config: PlatformSettings;
  errorPage?: ErrorPage;
  describeRequest?: DescribeRequest;
  /** Runs before the app listens. */
  configure?: (app: NestExpressApplication) => void | Promise<void>;
}

/** Starts an app. Resolves when it is listening. */
export async function bootstrap(options: BootstrapOptions): Promise<void> {
  const { config } = options;
  const registry = createRegistry({ app: options.app, replica: config.REPLICA });
  const root = PlatformModule.forRoot({
    app: options.module,
    registry,
    logger: loggerParams(options.app, config, options.describeRequest),
    metrics: config.METRICS_PORT === undefined,
  });
  const adapter = new TimedExpressAdapter(config.REQUEST_TIMEOUT_MS);
  const app = await NestFactory.create<NestExpressApplication>(root, adapter, { bufferLogs: true, abortOnError: false });
  app.useLogger(app.get(AppLogger));
  app.set('trust proxy', config.TRUST_PROXY);
  app.disable('x-powered-by');
  app.disable('etag');
  if (options.errorPage) useErrorPage(app, options.errorPage);
  app.use(requestId({ trustProxy: config.TRUST_PROXY > 0 }), measureRequests(registry));
  const https = config.COOKIE_SECURE;
  app.use(...securityHeaders({ https }), plausibleAddress, exactPaths, sameOriginOnly({ https }));
  await options.configure?.(app);
  shutDownGracefully(app, { drainMs: config.SHUTDOWN_DRAIN_MS, timeoutMs: config.SHUTDOWN_TIMEOUT_MS });
  if (config.METRICS_PORT !== undefined) await serveMetrics(registry, config.METRICS_PORT, config.BIND_ADDRESS);
  await listen(app, config);
}

async function listen(app: NestExpressApplication, config: PlatformSettings): Promise<void> {
  app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
  await app.listen(config.PORT, config.BIND_ADDRESS);
  const { port } = app.getHttpServer().address() as AddressInfo;
  app.get(AppLogger).log({ port, msg: 'listening' });
}
