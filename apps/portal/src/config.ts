import { demoSettings } from '@baton/demo';
import { loadConfig, platformSettings } from '@baton/platform';
import { sessionSettings } from '@baton/session';
import { tokenSettings } from '@baton/tokens';
import { eventSettings } from './events/event-settings.ts';

export const portalSettings = {
  ...platformSettings,
  ...sessionSettings,
  ...tokenSettings,
  ...eventSettings,
  ...demoSettings,
};

export type PortalConfig = ReturnType<typeof loadPortalConfig>;

/** @throws ConfigError naming every problem of the environment at once. */
export const loadPortalConfig = () => loadConfig(portalSettings);
