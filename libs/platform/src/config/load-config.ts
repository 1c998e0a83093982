import { z } from 'zod';

/** The environment is wrong. One message names every problem, and never a value: a value may be a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(`Invalid configuration: ${problems.join('; ')}.`);
  }
}

/**
 * Parses the environment once, at start. A variable that is set to nothing counts as not set.
 * @throws ConfigError naming every missing and malformed variable.
 */
export function loadConfig<S extends z.ZodRawShape>(shape: S, env: NodeJS.ProcessEnv = process.env): z.infer<z.ZodObject<S>> {
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => name in shape && value !== ''));
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => describe(issue, given)));
}

function describe(issue: z.core.$ZodIssue, given: Record<string, string | undefined>): string {
  const name = String(issue.path[0] ?? 'the environment');
  if (issue.path.length > 0 && given[name] === undefined) return `${name} is missing`;
  const reason = issue.message.replace(/^Invalid (input|option): /, '').replace(/, received .*$/, '');
  return `${name} is malformed (${reason})`;
}
