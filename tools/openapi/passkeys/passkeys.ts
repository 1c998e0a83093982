import { z } from 'zod';
import { newPasskey, signature } from '../../../apps/auth/src/passkeys/wire.ts';
import {
  INVALID,
  json,
  jsonBody,
  LOCKED,
  NO_SECOND_STEP,
  nothing,
  type Operations,
  page,
  problem,
  redirect,
  refusal,
  SIGN_IN,
  STEP_UP,
  TOO_MANY_SESSIONS,
} from '../operation.ts';
import { user, when } from '../schemas.ts';

const passkey = z.object({
  id: z.uuid(),
  name: z.string(),
  backupEligible: z.boolean(),
  backedUp: z.boolean(),
  createdAt: when,
  usedAt: when.nullable(),
});
const creation = z.looseObject({ challenge: z.string() }).describe('PublicKeyCredentialCreationOptionsJSON of WebAuthn 5.1');
const assertion = z.looseObject({ challenge: z.string() }).describe('PublicKeyCredentialRequestOptionsJSON of WebAuthn 5.1');
const to = z.string().describe('Where the page goes next, on this site');

const CREDENTIAL = { id: 'AQID', rawId: 'AQID', type: 'public-key', clientExtensionResults: {} };
const NEW_PASSKEY = jsonBody(newPasskey, {
  name: 'phone',
  response: { ...CREDENTIAL, response: { clientDataJSON: 'e30', attestationObject: 'oA', transports: ['internal'] } },
});
const SIGNATURE = jsonBody(signature, {
  response: { ...CREDENTIAL, response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' } },
  to: '/',
});

const NO_CHALLENGE = refusal(409, 'The challenge has expired, was used or was replaced');
const LAST_FACTOR = refusal(409, 'This is the only second factor of an administrator, who needs one');
const NO_PASSKEY = refusal(404, 'The caller has no such passkey');

const ownPasskeys: Operations = {
  'GET /auth/passkeys': {
    summary: 'The passkeys of the caller',
    needs: 'user',
    answers: [json('All of them', z.array(passkey)), page('The page'), ...SIGN_IN],
  },
  'POST /auth/passkeys/options': {
    summary: 'Begin to add a passkey: what `navigator.credentials.create` needs',
    needs: 'user',
    answers: [json('The options', creation), ...SIGN_IN, STEP_UP, refusal(422, 'The caller has as many as possible')],
  },
  'POST /auth/passkeys': {
    summary: 'Add a passkey',
    needs: 'user',
    body: NEW_PASSKEY,
    answers: [
      nothing('Added'),
      INVALID,
      ...SIGN_IN,
      STEP_UP,
      refusal(409, 'The challenge has expired or was used, or the passkey is registered already'),
      refusal(422, 'The passkey does not fit this site or the challenge'),
    ],
  },
  'DELETE /auth/passkeys/{id}': {
    summary: 'Remove a passkey',
    needs: 'user',
    path: { id: z.uuid() },
    answers: [nothing('Removed'), ...SIGN_IN, STEP_UP, NO_PASSKEY, LAST_FACTOR],
  },
  'POST /auth/passkeys/{id}/remove': {
    summary: 'The same for forms',
    needs: 'user',
    path: { id: z.uuid() },
    answers: [
      redirect('Removed; or people are sent to sign in, or to confirm the password, first'),
      problem(401, 'Not signed in'),
      STEP_UP,
      NO_PASSKEY,
      LAST_FACTOR,
    ],
  },
};

const proofs: Operations = {
  'POST /auth/passkeys/sign-in/options': {
    summary: 'Begin to sign in with a passkey alone: what `navigator.credentials.get` needs',
    answers: [json('The options', assertion), TOO_MANY_SESSIONS],
  },
  'POST /auth/passkeys/sign-in': {
    summary: 'Sign in with a passkey alone',
    body: SIGNATURE,
    answers: [
      json('Signed in: the session is in the cookie', z.object({ user, to })),
      INVALID,
      refusal(401, 'This passkey does not sign in here'),
      NO_CHALLENGE,
      LOCKED,
    ],
  },
  'GET /auth/passkeys/second-factor': {
    summary: 'The page that asks for a passkey, after the password',
    answers: [page('The page'), ...NO_SECOND_STEP],
  },
  'POST /auth/passkeys/second-factor/options': {
    summary: 'Begin to complete a login or a step-up: what `navigator.credentials.get` needs',
    answers: [json('The options', assertion), ...NO_SECOND_STEP],
  },
  'POST /auth/passkeys/second-factor': {
    summary: 'Complete a login or a step-up with a passkey',
    body: SIGNATURE,
    answers: [json('Signed in, or confirmed', z.object({ to })), INVALID, ...NO_SECOND_STEP, NO_CHALLENGE, LOCKED],
  },
};

/** Served with a SITE_URL where browsers allow passkeys. */
export const passkeyOperations: Operations = { ...ownPasskeys, ...proofs };
