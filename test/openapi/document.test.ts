import { readFileSync } from 'node:fs';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthModule } from '../../apps/auth/src/auth.module.ts';
import { authSettings } from '../../apps/auth/src/auth-settings.ts';
import { portalSettings } from '../../apps/portal/src/config.ts';
import { PortalModule } from '../../apps/portal/src/portal.module.ts';
import { loadConfig } from '../../libs/platform/src/config/load-config.ts';
import { loggerParams } from '../../libs/platform/src/logging/logging.ts';
import { createRegistry } from '../../libs/platform/src/metrics/metrics.ts';
import { PlatformModule } from '../../libs/platform/src/platform.module.ts';
import { sessionSettings, toSessionConfig } from '../../libs/session/src/nest/session-config.ts';
import type { Assets } from '../../libs/ui/src/assets.ts';
import { Site } from '../../libs/ui/src/site.ts';
import { documentText } from '../../tools/openapi/document.ts';
import { onCleanup } from '../support/cleanup.ts';
import { migratedDatabase } from '../support/migrated-database.ts';
import { replicaDefaults } from '../support/replicas.ts';
import { testRedis } from '../support/servers.ts';
import { FILE, operations } from './document.ts';
import { mailEnvironment } from './mail/environment.ts';
import { oidcEnvironment } from './oidc/environment.ts';
import { passkeyEnvironment } from './passkeys/environment.ts';

const siteOf = (name: string) => ({ name, assets: {} as Assets, app: name, replica: 'test' });

/** Everything that settings can switch on. */
async function environment(): Promise<Record<string, string>> {
  const [DATABASE_URL, { url }] = await Promise.all([migratedDatabase(), testRedis()]);
  const parts = { ...mailEnvironment, ...passkeyEnvironment, ...oidcEnvironment };
  return { ...replicaDefaults, ...parts, DATABASE_URL, REDIS_URL: url, DEMO: 'true', LOG_LEVEL: 'silent' };
}

const appModules = {
  auth: (env: Record<string, string>) => {
    const settings = loadConfig({ ...sessionSettings, ...authSettings }, env);
    return AuthModule.forRoot({ settings, sessions: toSessionConfig(settings), site: new Site(siteOf('auth')) });
  },
  portal: (env: Record<string, string>) => PortalModule.forRoot(loadConfig(portalSettings, env), new Site(siteOf('portal'))),
};

/** The routes of controllers, as the document writes them. */
async function routesOf(name: keyof typeof appModules, env: Record<string, string>): Promise<string[]> {
  const logger = loggerParams(name, loadConfig(portalSettings, env));
  const registry = createRegistry({ app: name, replica: 'test' });
  const root = PlatformModule.forRoot({ app: appModules[name](env), registry, logger, metrics: true });
  const app = await NestFactory.create(root, { logger: false, abortOnError: false });
  onCleanup(() => app.close());
  await app.init();
  return expressRoutes(app);
}

interface Express {
  router: { stack: { route?: { path: string; methods: Record<string, boolean> } }[] };
}

/** Without the middleware for every path. */
const expressRoutes = (app: INestApplication): string[] =>
  (app.getHttpAdapter().getInstance() as Express).router.stack
    .flatMap(({ route }) => (route && !route.path.includes('*') ? [route] : []))
    .flatMap(({ path, methods }) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/:(\w+)/g, '{$1}')}`),
    );

describe('docs/openapi.json', () => {
  it('is what npm run openapi writes', () => expect(readFileSync(FILE, 'utf8')).toBe(documentText()));

  it('has exactly the routes of both apps', async () => {
    const env = await environment();
    const routes = [...(await routesOf('auth', env)), ...(await routesOf('portal', env))];
    expect(operations.map(({ route }) => route).toSorted()).toEqual([...new Set(routes)].toSorted());
  }, 60_000);
});
