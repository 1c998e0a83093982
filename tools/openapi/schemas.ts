import { z } from 'zod';

/** Responses, which the apps type but do not parse. */

export const when = z.iso.datetime();

export const user = z.object({ id: z.uuid(), name: z.string(), roles: z.array(z.string()) });

export const signedIn = z.object({ user });

/** What its owner and administrators see of a live session. */
export const openSession = z.object({
  publicId: z.string(),
  current: z.boolean(),
  createdAt: when,
  lastSeenAt: when,
  expiresAt: when.describe('When it ends even if it is used'),
  idleSeconds: z.int().min(1).describe('After how long it ends if it is not used'),
  device: z.object({ ip: z.string().nullable(), userAgent: z.string().nullable() }),
});

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
