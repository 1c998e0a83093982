import { loadConfig, platformSettings } from '@baton/platform';
import { sessionSettings } from '@baton/session';
import { tokenSettings } from '@baton/tokens';
import { z } from 'zod';

export const portalSettings = {
  ...platformSettings,
  ...sessionSettings,
  ...tokenSettings,
  /** Where the local launcher takes orders about stores and replicas; not set elsewhere. */
  LAUNCHER_URL: z.url().optional(),
  LAUNCHER_TOKEN: z.string().optional(),
  /** Where the files of this repository can be read, such as https://example.org/baton/blob/main; explanations link there. */
  SOURCE_URL: z.url().optional(),
};

export type PortalConfig = ReturnType<typeof loadPortalConfig>;

/** @throws ConfigError naming every problem of the environment at once. */
export const loadPortalConfig = () => loadConfig(portalSettings);
