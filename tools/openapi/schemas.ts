import { z } from 'zod';

/** Responses, which the apps type but do not parse. */

export const when = z.iso.datetime();

export const user = z.object({ id: z.uuid(), name: z.string(), roles: z.array(z.string()) });

export const signedIn = z.object({ user });

export const ended = z.object({ ended: z.int().min(0) });

/** RFC 9457. `type` is `about:blank` unless a program can act on it. */
export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().optional(),
    fields: z.array(z.string()).optional(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .describe('A problem document (RFC 9457). `fields` and `errors` name what is wrong with a body.');
