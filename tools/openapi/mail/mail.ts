import { z } from 'zod';
import { newAddress, removal } from '../../../apps/auth/src/mail/address/address.controller.ts';
import { newPassword, recovery } from '../../../apps/auth/src/mail/recovery/recovery.controller.ts';
import { linkToken } from '../../../apps/auth/src/mail/links.ts';
import {
  form,
  INVALID,
  json,
  LOCKED,
  nothing,
  type Operations,
  page,
  redirect,
  refusal,
  SIGN_IN,
  STEP_UP,
  WEAK,
  WRONG_PASSWORD,
} from '../operation.ts';

const PASSWORD = 'a long sentence nobody guesses';
const address = z.object({ address: z.string().nullable() });
const SIGN_IN_FIRST = redirect('People are sent to sign in first, and back');
const BAD_LINK = refusal(410, 'The link has expired or was used');

/** Served with SMTP_URL only. */
export const mailOperations: Operations = {
  'GET /auth/mail': {
    summary: 'The mail address of the caller',
    needs: 'user',
    answers: [json('The confirmed address', address), page('The page'), ...SIGN_IN],
  },
  'POST /auth/mail': {
    summary: 'Propose a mail address: it counts once its link is used',
    needs: 'user',
    body: form(newAddress, { address: 'robin@example.org', password: PASSWORD }),
    answers: [
      json('A link is on its way; the address is still the old one', address, 202),
      page('A link is on its way', 202),
      INVALID,
      WRONG_PASSWORD,
      SIGN_IN_FIRST,
      STEP_UP,
      LOCKED,
    ],
  },
  'POST /auth/mail/remove': {
    summary: 'Remove the mail address',
    needs: 'user',
    body: form(removal, { passwordToRemove: PASSWORD }),
    answers: [json('Removed', address), page('Removed'), INVALID, WRONG_PASSWORD, SIGN_IN_FIRST, STEP_UP, LOCKED],
  },
  'GET /auth/mail/confirm': { summary: 'Where the link of a mail leads; changes nothing', answers: [page('The form')] },
  'POST /auth/mail/confirm': {
    summary: 'Confirm a mail address with the token of its link',
    body: form(linkToken, { token: 'the token of the link' }),
    answers: [nothing('Confirmed'), page('Confirmed'), INVALID, BAD_LINK],
  },
  'GET /auth/recovery': { summary: 'The form for a forgotten password', answers: [page('The form')] },
  'POST /auth/recovery': {
    summary: 'Ask for a link that sets a new password',
    body: form(recovery, { address: 'robin@example.org' }),
    answers: [nothing('A link is on its way, if an account has this address', 202), page('The same', 202), INVALID, LOCKED],
  },
  'GET /auth/recovery/password': { summary: 'Where the link of a mail leads; changes nothing', answers: [page('The form')] },
  'POST /auth/recovery/password': {
    summary: 'Set a new password with the token of a link; ends all sessions, signs nobody in',
    body: form(newPassword, { token: 'the token of the link', newPassword: 'another sentence nobody guesses' }),
    answers: [nothing('Set'), page('Set'), INVALID, BAD_LINK, WEAK],
  },
};
