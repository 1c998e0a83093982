import { ProblemException } from '@baton/platform';
import type { Request } from 'express';
import type { z } from 'zod';

/** @throws ProblemException 400 naming the fields that are wrong, never what they held. */
export function parseBody<T>(form: z.ZodType<T>, req: Request): T {
  const parsed = form.safeParse(req.body);
  if (parsed.success) return parsed.data;
  const fields = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0] ?? 'body')))];
  throw new ProblemException(400, { title: 'Incomplete', detail: `Missing or not usable: ${fields.join(', ')}.`, fields });
}
