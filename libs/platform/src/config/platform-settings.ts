import { hostname } from 'node:os';
import { z } from 'zod';

/** `true` and `false` in words; an unknown word is an error, not a silent false. */
export const flag = (otherwise: boolean) => z.stringbool().default(otherwise);

export const wholeNumber = (otherwise: number, least = 0, most = Number.MAX_SAFE_INTEGER) =>
  z.coerce
    .number({ error: `expected a whole number from ${least} to ${most}` })
    .int()
    .min(least)
    .max(most)
    .default(otherwise);

/** The origin of a site, such as https://example.org. */
export const webOrigin = z
  .url({ protocol: /^https?$/, error: 'expected a URL that begins with https://' })
  .transform((text) => new URL(text).origin);

/** What every app of the workspace reads from its environment. */
export const platformSettings = {
  PORT: wholeNumber(3000, 0, 65535),
  /** Serves /metrics on a port of its own; unset: on PORT. */
  METRICS_PORT: z.coerce.number({ error: 'expected a port' }).int().min(1).max(65535).optional(),
  BIND_ADDRESS: z.string().default('0.0.0.0'),
  REPLICA: z.string().max(100).default(hostname()),
  /** Where the replica runs. Kubernetes sets them through the downward API. */
  NODE_NAME: z.string().max(253).optional(),
  ZONE: z.string().max(253).optional(),
  VERSION: z.string().max(100).default('dev'),
  /** How many proxies are in front. Only their X-Forwarded-* headers are trusted. */
  TRUST_PROXY: wholeNumber(0, 0, 10),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  COOKIE_SECURE: flag(true),
  /** How long a request, its body included, may take to arrive. Headers have at most 10 s of it. */
  REQUEST_TIMEOUT_MS: wholeNumber(30_000, 100, 600_000),
  /** How long a replica keeps serving after SIGTERM, so that every proxy notices first. */
  SHUTDOWN_DRAIN_MS: wholeNumber(2000, 0, 600_000),
  /** How long requests in progress may take after that, before their connections are closed. */
  SHUTDOWN_TIMEOUT_MS: wholeNumber(10_000, 0, 600_000),
};

export type PlatformSettings = z.infer<z.ZodObject<typeof platformSettings>>;

/** "node, zone"; empty when neither is set. */
export const placeOf = ({ NODE_NAME, ZONE }: Pick<PlatformSettings, 'NODE_NAME' | 'ZONE'>): string =>
  [NODE_NAME, ZONE].filter(Boolean).join(', ');
