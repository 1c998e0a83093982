import { z } from 'zod';
import { acknowledgement, confirmation, passwordChange } from '../../apps/auth/src/account/account.controller.ts';
import { newAccount } from '../../apps/auth/src/account/register.controller.ts';
import { credentials, rememberChoice } from '../../apps/auth/src/login/credentials.guard.ts';
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
  WEAK,
  WRONG_PASSWORD,
} from './operation.ts';
import { ended, openSession, signedIn, user, when } from './schemas.ts';

const PASSWORD = 'a long sentence nobody guesses';

const SECOND_FACTOR =
  'A wrong name or password; or a second factor is needed: `type` is `urn:<name>:second-factor`, `factors` are the ways to go on';

const secondFactors = z.object({ factors: z.array(z.object({ name: z.string(), path: z.string() })) });

const account = z.object({
  user,
  events: z.array(
    z.object({
      event: z.string(),
      at: when,
      address: z.string().nullable(),
      userAgent: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  theft: z.object({ id: z.string(), at: when }).nullable(),
});

const loginOperations: Operations = {
  'GET /auth/login': {
    summary: 'The form for signing in',
    answers: [page('The form'), redirect('Somebody who is signed in goes on to `to`')],
  },
  'POST /auth/login': {
    summary: 'Sign in with a name and a password',
    body: form(credentials.extend(rememberChoice.shape), { username: 'robin', password: PASSWORD, remember: true }),
    answers: [
      json('Signed in: the session is in the cookie', signedIn),
      redirect('Signed in, or on to a second factor, for people'),
      INVALID,
      refusal(401, SECOND_FACTOR),
      refusal(429, 'Too many attempts, or too many new sessions from this address; see `Retry-After`'),
    ],
  },
  'POST /auth/logout': {
    summary: 'Sign out; also without a session',
    answers: [nothing('Signed out'), redirect('Signed out, for people')],
  },
  'GET /auth/second-factor': {
    summary: 'The ways to complete a login or a step-up that has begun with the password',
    answers: [json('Those that the account has', secondFactors), page('The page'), ...NO_SECOND_STEP],
  },
  'GET /auth/register': { summary: 'The form for a new account', answers: [page('The form')] },
  'POST /auth/register': {
    summary: 'Make an account and sign in',
    body: form(newAccount, { username: 'robin', password: PASSWORD }),
    answers: [
      json('Made, and signed in', signedIn, 201),
      redirect('Made, and signed in, for people'),
      INVALID,
      refusal(403, 'Registration is closed'),
      refusal(409, 'The name is taken'),
      WEAK,
      refusal(429, 'Too many new accounts or sessions from this address; see `Retry-After`'),
    ],
  },
};

const accountOperations: Operations = {
  'GET /auth/account': {
    summary: 'The account of the caller and what happened to it',
    needs: 'user',
    answers: [
      json('The account, its latest events, and a theft that was not acknowledged', account),
      page('The page'),
      ...SIGN_IN,
    ],
  },
  'POST /auth/account/theft': {
    summary: 'Acknowledge the notice of a stolen session',
    needs: 'user',
    body: form(acknowledgement, { through: '1' }),
    answers: [nothing('Done'), redirect('Done, for people'), INVALID, problem(401, 'Not signed in')],
  },
  'POST /auth/password': {
    summary: 'Change the password; signs all other devices out',
    needs: 'user',
    body: form(passwordChange, { currentPassword: PASSWORD, newPassword: 'another sentence nobody guesses' }),
    answers: [
      nothing('Changed'),
      page('Changed'),
      INVALID,
      WRONG_PASSWORD,
      redirect('People are sent to sign in first, and back'),
      STEP_UP,
      WEAK,
      LOCKED,
    ],
  },
  'GET /auth/reauthenticate': {
    summary: 'The form that asks for the password again',
    needs: 'user',
    answers: [page('The form'), ...SIGN_IN],
  },
  'POST /auth/reauthenticate': {
    summary: 'Confirm the password, for operations that need it',
    needs: 'user',
    body: form(confirmation, { password: PASSWORD }),
    answers: [
      nothing('Confirmed'),
      redirect('Confirmed, or on to a second factor, for people'),
      INVALID,
      refusal(401, `Not signed in. ${SECOND_FACTOR}`),
      LOCKED,
    ],
  },
};

const publicId = z.string();

const sessionOperations: Operations = {
  'GET /auth/sessions': {
    summary: 'The live sessions of the caller',
    needs: 'user',
    answers: [json('All of them, this one marked', z.array(openSession)), page('The page'), ...SIGN_IN],
  },
  'DELETE /auth/sessions': {
    summary: 'End all other sessions of the caller',
    needs: 'user',
    answers: [json('How many', ended), ...SIGN_IN, STEP_UP],
  },
  'DELETE /auth/sessions/{publicId}': {
    summary: 'End one session of the caller',
    needs: 'user',
    path: { publicId },
    answers: [nothing('Ended'), ...SIGN_IN, STEP_UP, refusal(404, 'The caller has no such session')],
  },
  'POST /auth/sessions/{publicId}/end': {
    summary: 'The same for forms',
    needs: 'user',
    path: { publicId },
    answers: [
      redirect('Ended, or the password is needed first'),
      problem(401, 'Not signed in'),
      STEP_UP,
      refusal(404, 'The caller has no such session'),
    ],
  },
  'POST /auth/sessions/end-others': {
    summary: 'End all other sessions, for forms',
    needs: 'user',
    answers: [redirect('Ended, or the password is needed first'), problem(401, 'Not signed in'), STEP_UP],
  },
};

export const authOperations: Operations = {
  ...loginOperations,
  ...accountOperations,
  ...sessionOperations,
};
