import type { z } from 'zod';
import { ProblemException } from './problem.exception.ts';

/** @throws ProblemException 400 that names every invalid field and never repeats its value. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input ?? {});
  if (!parsed.success) throw invalid(parsed.error.issues);
  const unstorable = unstorablePaths(parsed.data).map((path) => ({ path, message: 'Invalid character' }));
  if (unstorable.length > 0) throw invalid(unstorable);
  return parsed.data;
}

function invalid(issues: readonly { path: PropertyKey[]; message: string }[]): ProblemException {
  const errors = issues.map(({ path, message }) => ({ field: path.join('.') || 'body', message: reason(message) }));
  const fields = [...new Set(errors.map(({ field }) => field))];
  return new ProblemException(400, {
    title: 'Invalid request',
    detail: `Missing or invalid: ${fields.join(', ')}.`,
    fields,
    errors,
  });
}

/** Where there are texts that Postgres cannot store: it refuses NUL and, in JSON, half of a surrogate pair. */
function unstorablePaths(value: unknown): string[][] {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? [[]] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => unstorablePaths(inner).map((path) => [name, ...path]));
}

const reason = (message: string) => message.replace(/, received .*$/, '').replace(/^Unrecognized keys?: .*$/, 'Unknown field');
