import { Site } from '@baton/ui';
import { Injectable, type Provider, type Type } from '@nestjs/common';
import { BackChannelController } from './back-channel.controller.ts';
import { IdentityProvider } from './identity-provider.ts';
import { LinkedAccounts } from './linked-accounts.ts';
import { LogoutTokens } from './logout-token.ts';
import { OidcController } from './oidc.controller.ts';
import { OidcConfig, type OidcSettings, toOidcConfig } from './oidc-settings.ts';
import { ProviderLogin } from './provider-login.ts';
import { ProviderSessions } from './provider-sessions.ts';

/** Adds the buttons and links to pages of the other features. */
@Injectable()
class OidcLinksOnPages {
  constructor(site: Site, { name }: OidcConfig) {
    site.signInWays.push({ action: '/auth/oidc/login', label: () => `Sign in with ${name}` });
    site.confirmWays.push({ action: '/auth/oidc/confirm', label: () => `Confirm with ${name}` });
    site.accountLinks.push({ href: '/auth/oidc', label: () => `Sign in with ${name}` });
  }
}

/** Parts of the auth module rather than a module: they use its accounts, throttle and audit log. Empty without a provider. */
export const oidcControllers = (settings: OidcSettings): Type[] =>
  toOidcConfig(settings) ? [OidcController, BackChannelController] : [];

export function oidcProviders(settings: OidcSettings): Provider[] {
  const config = toOidcConfig(settings);
  if (!config) return [];
  const known = { provide: OidcConfig, useValue: config };
  return [known, IdentityProvider, LinkedAccounts, ProviderSessions, LogoutTokens, ProviderLogin, OidcLinksOnPages];
}
