import { parseArgs } from 'node:util';
import type { Flag } from './extension.ts';

export interface LauncherOptions {
  replicas: { auth: number; portal: number };
  /** Null: 8080, or the next free port. */
  port: number | null;
  /** Of the extensions that are enabled by one. */
  flags: ReadonlySet<string>;
}

export class UsageError extends Error {}

export const usage = (
  flags: readonly Flag[],
): string => `npm start -- [--auth N] [--portal N] [--port P]${flags.map(({ name }) => ` [--${name}]`).join('')}

  --auth N     replicas of the auth app (2)
  --portal N   replicas of the portal app (3)
  --port P     where the balancer listens (8080, or the next free port)
${flags.map(({ name, usage }) => `  --${name.padEnd(10)} ${usage}\n`).join('')}
DATABASE_URL and REDIS_URL select your own servers; otherwise Postgres and Redis are started here.
REDIS_URL=none runs on Postgres alone.
ALLOWED_HOSTS=name,name serves host names besides localhost and *.localhost.
The replicas inherit every setting of .env.example.`;

/** Of one app. */
export const MOST_REPLICAS = 20;

/** Null for --help. */
export function parseOptions(args: string[], flags: readonly Flag[] = []): LauncherOptions | null {
  const { auth, portal, port, help, ...chosen } = parse(args, flags);
  if (help) return null;
  const replicas = {
    auth: wholeNumber('--auth', auth, 1, MOST_REPLICAS),
    portal: wholeNumber('--portal', portal, 1, MOST_REPLICAS),
  };
  return {
    replicas,
    port: port === undefined ? null : wholeNumber('--port', port, 1, 65_535),
    flags: new Set(Object.keys(chosen)),
  };
}

function parse(args: string[], flags: readonly Flag[]) {
  const number = (value?: string) => ({ type: 'string', ...(value && { default: value }) }) as const;
  try {
    const options = { auth: number('2'), portal: number('3'), port: number(), help: { type: 'boolean', short: 'h' } } as const;
    const more = Object.fromEntries(flags.map(({ name }) => [name, { type: 'boolean' } as const]));
    return parseArgs({ args, options: { ...more, ...options } }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function wholeNumber(name: string, text: string | undefined, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}, not "${text}".`);
}
