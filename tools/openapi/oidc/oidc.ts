import { z } from 'zod';
import { body as logoutReport } from '../../../apps/auth/src/oidc/back-channel.controller.ts';
import {
  form,
  json,
  LOCKED,
  nothing,
  type Operations,
  page,
  problem,
  redirect,
  refusal,
  SIGN_IN,
  STEP_UP,
} from '../operation.ts';
import { when } from '../schemas.ts';

const state = z.object({
  provider: z.string().describe('What visitors know the provider by'),
  link: z
    .object({ linkedAt: when, isOnlyWay: z.boolean().describe('The account has no password, so the link cannot be removed') })
    .nullable(),
});

const ONWARD = [
  json('Where to send the visitor, at the provider', z.object({ address: z.string() })),
  page('Leads to the provider'),
] as const;
const UNAVAILABLE = refusal(502, 'The provider does not respond as it should');

/** Served with the settings of a provider only. */
export const oidcOperations: Operations = {
  'GET /auth/oidc': {
    summary: 'Whether the account of the caller is linked to the provider',
    needs: 'user',
    answers: [json('The link, if there is one', state), page('The page'), ...SIGN_IN],
  },
  'POST /auth/oidc/login': {
    summary: 'Begin to sign in with the provider',
    answers: [...ONWARD, refusal(409, 'Signed in already'), LOCKED, UNAVAILABLE],
  },
  'POST /auth/oidc/confirm': {
    summary: 'Begin to confirm at the provider who the caller is, for operations that need it',
    needs: 'user',
    answers: [...ONWARD, ...SIGN_IN, UNAVAILABLE],
  },
  'POST /auth/oidc/link': {
    summary: 'Begin to link the account of the caller to the provider',
    needs: 'user',
    answers: [...ONWARD, ...SIGN_IN, STEP_UP, UNAVAILABLE],
  },
  'POST /auth/oidc/unlink': {
    summary: 'Remove the link',
    needs: 'user',
    answers: [
      nothing('Removed'),
      redirect('Removed, for people; or they are sent to sign in, or to confirm the password, first'),
      problem(401, 'Not signed in'),
      STEP_UP,
      refusal(409, 'The account has no password, so nobody could sign in to it'),
    ],
  },
  'GET /auth/oidc/callback': {
    summary: 'Where the provider sends visitors back to (OpenID Connect Core 1.0, 3.1.2.5)',
    query: { state: z.string(), code: z.string(), iss: z.string(), error: z.string() },
    answers: [
      redirect('Signed in, linked or confirmed'),
      refusal(400, 'The attempt is unknown, used or too old; or the visitor or the provider declined'),
      refusal(403, 'The account is disabled or another one, registration is closed, or the provider ended its session'),
      refusal(409, 'The account, or the one at the provider, is linked to another one'),
      refusal(429, 'Too many new accounts or sessions from this address; see `Retry-After`'),
      UNAVAILABLE,
    ],
  },
  'POST /auth/oidc/backchannel-logout': {
    summary: 'The provider reports a logout (OpenID Connect Back-Channel Logout 1.0); sent by its server, without a cookie',
    body: form(logoutReport, { logout_token: 'a signed token' }),
    answers: [
      nothing('The sessions that began with it have ended', 200),
      refusal(400, 'A field is missing or invalid, or the token is not valid or was used'),
      UNAVAILABLE,
    ],
  },
};
