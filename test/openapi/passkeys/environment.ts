import { SITE_URL } from '../../passkeys/passkey-site.ts';

/** Switches the routes of passkeys on. */
export const passkeyEnvironment = { SITE_URL };
