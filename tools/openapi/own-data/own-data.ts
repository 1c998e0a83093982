import { z } from 'zod';
import { confirmation } from '../../../apps/auth/src/own-data/own-data.controller.ts';
import { form, INVALID, json, nothing, type Operations, page, refusal, SIGN_IN, STEP_UP } from '../operation.ts';
import { openSession, when } from '../schemas.ts';

const exported = z
  .looseObject({
    exportedAt: when,
    profile: z.object({ id: z.uuid(), name: z.string(), roles: z.array(z.string()), createdAt: when }),
    sessions: z.array(openSession.extend({ attributes: z.unknown() })),
    audit: z.array(z.looseObject({ event: z.string(), at: when })),
  })
  .describe('Features add what they keep of a user, such as `notes`.');

export const ownDataOperations: Operations = {
  'GET /auth/own-data': {
    summary: 'The page for the export and the deletion',
    needs: 'user',
    answers: [page('The page'), ...SIGN_IN],
  },
  'GET /auth/own-data/export': {
    summary: 'Everything that is kept about the caller, as a file',
    needs: 'user',
    answers: [json('The file', exported), ...SIGN_IN, STEP_UP],
  },
  'POST /auth/own-data/delete': {
    summary: 'Delete the account of the caller and end its sessions',
    needs: 'user',
    body: form(confirmation, { forever: true }),
    answers: [
      nothing('Deleted'),
      page('Deleted'),
      INVALID,
      ...SIGN_IN,
      refusal(403, `${STEP_UP.description}; or the account is for everybody`),
      refusal(409, 'This is the last administrator'),
    ],
  },
};
