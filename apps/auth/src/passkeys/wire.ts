import { z } from 'zod';

/** Base64url as in WebAuthn's JSON; longer than any authenticator sends. */
const bytes = z.string().regex(/^[\w-]{1,20000}$/);
const id = z.string().regex(/^[\w-]{1,1400}$/);
const credential = { id, rawId: id, type: z.literal('public-key') };
/** Neither is read, and both must be there. */
const ignored = z.unknown().transform(() => ({}));

/** RegistrationResponseJSON of WebAuthn 5.1. */
const registrationResponse = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z.array(z.string().max(32)).max(10).optional(),
  }),
  clientExtensionResults: ignored,
});

/** AuthenticationResponseJSON of WebAuthn 5.1. */
const authenticationResponse = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: z.string().max(200).optional(),
  }),
  clientExtensionResults: ignored,
});

/** The name is its owner's, to tell passkeys apart. */
export const newPasskey = z.object({ name: z.string().trim().min(1).max(60), response: registrationResponse });
export const signature = z.object({ response: authenticationResponse, to: z.string().max(2000).default('') });
