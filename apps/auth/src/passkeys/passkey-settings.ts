import { isIP } from 'node:net';
import { webOrigin } from '@baton/platform';
import { z } from 'zod';

export const passkeySettings = {
  /** Where visitors reach the site. A passkey belongs to its host name, which no Host header may choose. Unset: no passkeys. */
  SITE_URL: webOrigin.optional(),
};

export type PasskeySettings = z.infer<z.ZodObject<typeof passkeySettings>>;

/** The relying party (WebAuthn 5.1.2): browsers use a passkey on this origin only. */
export class RelyingParty {
  constructor(
    readonly id: string,
    readonly origin: string,
  ) {}
}

/** Null where browsers refuse passkeys: without a host name, and without https except on localhost. */
export function relyingParty({ SITE_URL }: PasskeySettings): RelyingParty | null {
  if (!SITE_URL) return null;
  const { hostname, protocol, origin } = new URL(SITE_URL);
  const isAddress = isIP(hostname) !== 0 || hostname.startsWith('[');
  const isSecure = protocol === 'https:' || /(^|\.)localhost$/.test(hostname);
  return isAddress || !isSecure ? null : new RelyingParty(hostname, origin);
}
