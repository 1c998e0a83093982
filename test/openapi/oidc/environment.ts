import { providerSettings } from '../../../tools/local/oidc/provider.ts';
import { freePort } from '../../../tools/local/ports.ts';

/** Of a provider that can be started. */
export const provider = providerSettings('Example', await freePort());

/** Switches the routes of the provider on. */
export const oidcEnvironment = provider.environment;
