import { buildTestAppsIfNeeded } from '../support/build.ts';

await buildTestAppsIfNeeded();
