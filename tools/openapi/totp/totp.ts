import { z } from 'zod';
import { typedCode } from '../../../apps/auth/src/totp/totp.controller.ts';
import {
  form,
  INVALID,
  json,
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
} from '../operation.ts';
import { signedIn } from '../schemas.ts';

const state = z.object({ isEnrolled: z.boolean(), codesLeft: z.int().min(0).describe('Recovery codes that were not used') });
const proposal = z.object({
  uri: z.string().describe('`otpauth://totp/...`, for a QR code'),
  secret: z.string().describe('Base32, to be typed'),
});
const recoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });

const SHOWN_ONCE = 'The recovery codes, which are shown once';
const CODE = form(typedCode, { code: '123456' });

export const totpOperations: Operations = {
  'GET /auth/totp': {
    summary: 'Whether the caller has an authenticator app',
    needs: 'user',
    answers: [json('Whether, and how many recovery codes are left', state), page('The page'), ...SIGN_IN],
  },
  'POST /auth/totp': {
    summary: 'Propose a secret for an authenticator app: it counts once a code of it was sent',
    needs: 'user',
    answers: [
      json('The secret', proposal, 201),
      page('The secret as a QR code, and the form for its code', 201),
      ...SIGN_IN,
      STEP_UP,
      refusal(409, 'The caller has an app'),
    ],
  },
  'POST /auth/totp/confirm': {
    summary: 'Confirm the app with a code of it; signs all other devices out',
    needs: 'user',
    body: CODE,
    answers: [
      json(SHOWN_ONCE, recoveryCodes),
      page(SHOWN_ONCE),
      INVALID,
      ...SIGN_IN,
      STEP_UP,
      refusal(422, 'This is not the code that the app shows now'),
    ],
  },
  'POST /auth/totp/recovery-codes': {
    summary: 'Replace the recovery codes',
    needs: 'user',
    answers: [
      json(SHOWN_ONCE, recoveryCodes, 201),
      page(SHOWN_ONCE, 201),
      ...SIGN_IN,
      STEP_UP,
      refusal(409, 'The caller has no app'),
    ],
  },
  'POST /auth/totp/remove': {
    summary: 'Remove the app and its recovery codes; signs all other devices out',
    needs: 'user',
    answers: [
      nothing('Removed'),
      redirect('Removed, for people; or they are sent to sign in, or to confirm the password, first'),
      problem(401, 'Not signed in'),
      STEP_UP,
      refusal(409, 'This is the only second factor of an administrator, who needs one'),
    ],
  },
  'GET /auth/totp/verify': {
    summary: 'The form for a code, after the password',
    answers: [page('The form'), ...NO_SECOND_STEP],
  },
  'POST /auth/totp/verify': {
    summary: 'Complete a login or a step-up with a code of the app, or with a recovery code',
    body: CODE,
    answers: [
      json('Signed in, or confirmed', signedIn),
      redirect('The same for people; those who sent no password are sent to sign in first'),
      INVALID,
      NO_SECOND_STEP[0],
      LOCKED,
    ],
  },
};
