import { ConfigError, isLoopback, wholeNumber } from '@baton/platform';
import { z } from 'zod';

const issuer = z
  .url({ protocol: /^https?$/, error: 'expected a URL that begins with https://' })
  .refine((text) => text.startsWith('https:') || isLoopback(new URL(text).host), {
    error: 'expected https://, or http:// on this machine',
  });

/** Of one OpenID Connect provider: all or none. Unset, passwords are the only way to sign in. */
export const oidcSettings = {
  /** Its address, exactly as the provider writes it into its tokens. */
  OIDC_ISSUER: issuer.optional(),
  OIDC_CLIENT_ID: z.string().max(500).optional(),
  OIDC_CLIENT_SECRET: z.string().max(500).optional(),
  /** What visitors know the provider by: "Sign in with ...". */
  OIDC_NAME: z.string().max(50).optional(),
  /** How long the provider may take for a response. */
  OIDC_TIMEOUT_SECONDS: wholeNumber(5, 1, 60),
};

export type OidcSettings = z.infer<z.ZodObject<typeof oidcSettings>>;

export class OidcConfig {
  constructor(
    readonly issuer: string,
    readonly clientId: string,
    readonly clientSecret: string,
    readonly name: string,
    readonly timeoutSeconds: number,
  ) {}
}

/**
 * Null if no setting of the provider is set.
 * @throws ConfigError naming what is missing if only some are.
 */
export function toOidcConfig(settings: OidcSettings): OidcConfig | null {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME, OIDC_TIMEOUT_SECONDS } = settings;
  if (OIDC_ISSUER && OIDC_CLIENT_ID && OIDC_CLIENT_SECRET && OIDC_NAME)
    return new OidcConfig(OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME, OIDC_TIMEOUT_SECONDS);
  const parts = Object.entries({ OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME });
  const missing = parts.filter(([, value]) => !value);
  if (missing.length === parts.length) return null;
  throw new ConfigError(missing.map(([name]) => `${name} is missing (the other OIDC settings need it)`));
}
