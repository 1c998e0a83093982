import 'reflect-metadata';
import { join } from 'node:path';
import { bootstrap, startProgram, TITLE } from '@baton/platform';
import { sessionInfo } from '@baton/session';
import { Assets, errorPages, Site } from '@baton/ui';
import { loadPortalConfig } from './config.ts';
import { PortalModule } from './portal.module.ts';

await startProgram(async () => {
  const config = loadPortalConfig();
  const assets = Assets.load(join(import.meta.dirname, 'assets'), '/assets');
  const site = new Site({ name: TITLE, assets, app: 'portal', replica: config.REPLICA });
  await bootstrap({
    app: 'portal',
    module: PortalModule.forRoot(config, site),
    config,
    errorPage: errorPages(site),
    describeRequest: (request) => ({ publicId: sessionInfo(request)?.publicId }),
    configure: (app) => void app.use(assets.base, assets.serve),
  });
});
