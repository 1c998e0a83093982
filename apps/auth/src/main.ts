import 'reflect-metadata';
import { bootstrap, loadConfig, platformSettings, startProgram } from '@baton/platform';
import { AuthModule } from './auth.module.ts';

await startProgram(async () => {
  const config = loadConfig(platformSettings);
  await bootstrap({ app: 'auth', module: AuthModule, config });
});
