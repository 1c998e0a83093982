import 'reflect-metadata';
import { join } from 'node:path';
import { bootstrap, startProgram } from '@baton/platform';
import { sessionInfo } from '@baton/session';
import { Assets, errorPage, type Site, visitOf } from '@baton/ui';
import { loadPortalConfig } from './config.ts';
import { pageProblem } from './pages/page-problem.ts';
import { PortalModule } from './portal.module.ts';

await startProgram(async () => {
  const config = loadPortalConfig();
  const assets = Assets.load(join(import.meta.dirname, 'assets'), '/assets');
  const site: Site = { assets, app: 'portal', replica: config.REPLICA, demo: config.DEMO };
  await bootstrap({
    app: 'portal',
    module: PortalModule.forRoot(config, site),
    config,
    errorPage: (problem, request, response) =>
      errorPage(site, visitOf(request, sessionInfo(request)), pageProblem(problem, response)),
    describeRequest: (request) => ({ publicId: sessionInfo(request)?.publicId }),
    configure: (app) => void app.use(assets.base, assets.serve),
  });
});
