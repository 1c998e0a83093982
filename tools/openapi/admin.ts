import { z } from 'zod';
import { listing, roleChoice } from '../../apps/auth/src/admin/admin.controller.ts';
import { ROLES } from '../../apps/auth/src/users/user.entity.ts';
import { form, INVALID, json, nothing, type Operation, type Operations, page, redirect, refusal, SIGN_IN } from './operation.ts';
import { ended, openSession, user, when } from './schemas.ts';

const id = z.uuid();
const publicId = z.string();
const account = user.extend({ disabled: z.boolean() });
const accountInFull = account.extend({
  createdAt: when,
  secondFactors: z.array(z.string()),
  sessions: z.array(openSession),
});

const DONE = redirect('Done, for people; or they are sent to sign in, or to confirm the password, first');
const FORBIDDEN = refusal(
  403,
  'Not an administrator; or `type` names what is missing: `urn:<name>:reauthenticate`, `urn:<name>:second-factor-missing`',
);
const NO_ACCOUNT = refusal(404, 'There is no such account');
const NO_SESSION = refusal(404, 'The account has no such session');
const LAST_ADMIN = refusal(409, 'This is the last administrator');

const list: Operation = {
  summary: 'The accounts by name',
  needs: 'admin',
  query: listing.shape,
  answers: [
    json('At most `limit` of them. The header `Link` leads to the next ones, if there are more (RFC 8288)', z.array(account)),
    page('The page'),
    INVALID,
    ...SIGN_IN,
    FORBIDDEN,
  ],
};

/** Forms cannot send DELETE: a POST to another path does the same. */
const endSessions: Operation = {
  summary: 'End the sessions of an account',
  needs: 'admin',
  path: { id },
  answers: [json('How many', ended), DONE, SIGN_IN[0], FORBIDDEN, NO_ACCOUNT],
};

const endSession: Operation = {
  summary: 'End one session of an account',
  needs: 'admin',
  path: { id, publicId },
  answers: [nothing('Ended'), DONE, SIGN_IN[0], FORBIDDEN, NO_SESSION],
};

const resetFactors: Operation = {
  summary: 'Remove the second factors of an account and end its sessions',
  needs: 'admin',
  path: { id },
  answers: [
    json('Their names, and how many sessions ended', ended.extend({ reset: z.array(z.string()) })),
    DONE,
    SIGN_IN[0],
    FORBIDDEN,
    NO_ACCOUNT,
    refusal(409, 'The account has no second factor'),
  ],
};

export const adminOperations: Operations = {
  'GET /auth/admin': list,
  'GET /auth/admin/users': list,
  'GET /auth/admin/users/{id}': {
    summary: 'An account with its second factors and live sessions',
    needs: 'admin',
    path: { id },
    answers: [json('The account', accountInFull), page('The page'), ...SIGN_IN, FORBIDDEN, NO_ACCOUNT],
  },
  'POST /auth/admin/users/{id}/disable': {
    summary: 'Disable an account and end its sessions',
    needs: 'admin',
    path: { id },
    answers: [json('How many sessions ended', ended), DONE, SIGN_IN[0], FORBIDDEN, NO_ACCOUNT, LAST_ADMIN],
  },
  'POST /auth/admin/users/{id}/enable': {
    summary: 'Enable an account',
    needs: 'admin',
    path: { id },
    answers: [nothing('Enabled'), DONE, SIGN_IN[0], FORBIDDEN, NO_ACCOUNT],
  },
  'POST /auth/admin/users/{id}/roles': {
    summary: 'Set the roles of an account, which always has `user`, and end its sessions',
    needs: 'admin',
    path: { id },
    body: form(roleChoice, { roles: ['user'] }),
    answers: [
      json('The roles, and how many sessions ended', ended.extend({ roles: z.array(z.enum(ROLES)) })),
      DONE,
      INVALID,
      SIGN_IN[0],
      FORBIDDEN,
      NO_ACCOUNT,
      LAST_ADMIN,
    ],
  },
  'DELETE /auth/admin/users/{id}/second-factors': resetFactors,
  'POST /auth/admin/users/{id}/second-factors/reset': resetFactors,
  'DELETE /auth/admin/users/{id}/sessions': endSessions,
  'POST /auth/admin/users/{id}/sessions/end': endSessions,
  'DELETE /auth/admin/users/{id}/sessions/{publicId}': endSession,
  'POST /auth/admin/users/{id}/sessions/{publicId}/end': endSession,
  'DELETE /auth/admin/sessions': {
    summary: 'End the sessions of everybody, the caller too',
    needs: 'admin',
    answers: [nothing('Ended'), ...SIGN_IN, FORBIDDEN],
  },
};
