import { z } from 'zod';
import { noteBody } from '../../apps/portal/src/notes/notes.controller.tsx';
import { preferencesBody, preferencesForm } from '../../apps/portal/src/preferences/preferences.ts';
import { form, INVALID, json, jsonBody, type Operations, page, redirect, refusal, text, TOO_MANY_SESSIONS } from './operation.ts';
import { user, when } from './schemas.ts';

const served = z.object({ app: z.string(), replica: z.string(), version: z.string() });

const session = z.object({
  user: user.nullable(),
  session: z.object({ publicId: z.string(), createdAt: when.optional(), expiresAt: when.optional() }).nullable(),
  servedBy: served,
  store: z.string().nullable(),
  lookupMs: z.number().nullable(),
});

const NOT_SIGNED_IN = refusal(401, 'Not signed in');

export const portalOperations: Operations = {
  'GET /': { summary: 'The home page', answers: [page('The page'), text('The same for a terminal', 'text/plain')] },
  'GET /api/session': {
    summary: 'Who the caller is, and which store held the session',
    needs: 'user',
    answers: [json('The session', session), NOT_SIGNED_IN],
  },
  'GET /profile': { summary: 'The same as a page', needs: 'user', answers: [page('The page'), NOT_SIGNED_IN] },
  'GET /api/preferences': {
    summary: 'What the caller prefers',
    answers: [json('Preferences that were chosen', preferencesBody), refusal(401, 'The session of the cookie has ended')],
  },
  'PUT /api/preferences': {
    summary: 'Change preferences; absent ones keep their value',
    body: jsonBody(preferencesBody, { theme: 'dark' }),
    answers: [
      json('All preferences', preferencesBody),
      INVALID,
      refusal(401, 'The session of the cookie has ended'),
      TOO_MANY_SESSIONS,
    ],
  },
  'GET /preferences': {
    summary: 'The same as a page',
    query: { saved: z.string() },
    answers: [page('The page')],
  },
  'POST /preferences': {
    summary: 'Change preferences, for forms',
    body: form(preferencesForm, { theme: 'dark' }),
    answers: [redirect('Changed'), INVALID, refusal(401, 'The session of the cookie has ended'), TOO_MANY_SESSIONS],
  },
  'GET /notes': {
    summary: 'The notes of the caller, 100 at most',
    needs: 'user',
    answers: [
      json('The notes', z.object({ notes: z.array(z.object({ text: z.string(), createdAt: when })) })),
      page('The page'),
      NOT_SIGNED_IN,
    ],
  },
  'POST /notes': {
    summary: 'Write a note',
    needs: 'user',
    body: form(noteBody, { text: 'Buy a whistle.' }),
    answers: [json('Written', noteBody, 201), redirect('Written, for people'), INVALID, NOT_SIGNED_IN],
  },
  'GET /api/events': {
    summary: 'Events for an open tab, such as the end of its session',
    query: { last: z.string(), cluster: z.string() },
    answers: [
      text('Server-sent events: `hello`, `beat`, `ended`', 'text/event-stream'),
      NOT_SIGNED_IN,
      refusal(429, 'Too many streams are open'),
    ],
  },
};
