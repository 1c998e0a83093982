import type { z } from 'zod';
import { ProblemException } from './problem.exception.ts';

/** @throws ProblemException 400 that names every invalid field and never repeats its value. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.') || 'body', message: reason(message) }));
  const fields = [...new Set(errors.map(({ field }) => field))];
  throw new ProblemException(400, {
    title: 'Invalid request',
    detail: `Missing or invalid: ${fields.join(', ')}.`,
    fields,
    errors,
  });
}

const reason = (message: string) => message.replace(/, received .*$/, '').replace(/^Unrecognized keys?: .*$/, 'Unknown field');
