import { buildTestPortalIfNeeded } from '../support/build.ts';

await buildTestPortalIfNeeded();
