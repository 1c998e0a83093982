import 'reflect-metadata';
import { join } from 'node:path';
import { bootstrap, loadConfig, NAME, startProgram, TITLE } from '@baton/platform';
import { sessionInfo, sessionSettings, toSessionConfig } from '@baton/session';
import { Assets, errorPages, Site } from '@baton/ui';
import { AuthModule } from './auth.module.ts';
import { authSettings } from './auth-settings.ts';

const ASSETS = '/auth/assets';

await startProgram(async () => {
  const settings = loadConfig({ ...sessionSettings, ...authSettings });
  const assets = Assets.load(join(import.meta.dirname, 'assets'), ASSETS);
  const site = new Site({ name: TITLE, assets, app: 'auth', replica: settings.REPLICA });
  await bootstrap({
    app: 'auth',
    module: AuthModule.forRoot({ settings, sessions: toSessionConfig(settings, { name: NAME }), site }),
    config: settings,
    errorPage: errorPages(site),
    describeRequest: (req) => ({ publicId: sessionInfo(req)?.publicId }),
    configure: (app) => void app.use(ASSETS, assets.serve),
  });
});
