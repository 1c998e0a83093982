import { ProblemException } from '@baton/platform';
import type { z } from 'zod';

/** @throws ProblemException 400 that names every field that is wrong, and never repeats what was sent. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.') || 'body', message: reason(message) }));
  const fields = [...new Set(errors.map(({ field }) => field))].join(', ');
  throw new ProblemException(400, { title: 'Invalid request', detail: `Not usable: ${fields}.`, errors });
}

const reason = (message: string) => message.replace(/, received .*$/, '').replace(/^Unrecognized keys?: .*$/, 'Unknown field');
