import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { identifiers, IdentityProvider, invalidToken } from './identity-provider.ts';
import { OidcConfig } from './oidc-settings.ts';
import type { ProviderLogout } from './provider-sessions.ts';

/** OpenID Connect Back-Channel Logout 1.0, 2.4: `nonce` is forbidden, so that no ID token passes for a logout token. */
const claims = identifiers
  .partial()
  .extend({
    iat: z.number(),
    jti: z.string().regex(/^[\x20-\x7e]{1,255}$/),
    events: z.looseObject({ 'http://schemas.openid.net/event/backchannel-logout': z.looseObject({}) }),
    nonce: z.undefined().optional(),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined);

@Injectable()
export class LogoutTokens {
  constructor(
    private readonly provider: IdentityProvider,
    private readonly config: OidcConfig,
  ) {}

  /** @throws ProblemException 400 for a token that is not valid; 502 if the provider's keys cannot be fetched. */
  async read(token: string): Promise<ProviderLogout> {
    const parsed = claims.safeParse(await this.provider.verify(token));
    if (!parsed.success) throw invalidToken();
    const { jti, iat: issuedAt, sub: subject = null, sid = null } = parsed.data;
    return { issuer: this.config.issuer, jti, issuedAt, subject, sid };
  }
}
