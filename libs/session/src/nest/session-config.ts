import { z } from 'zod';
import type { Lifetime } from '../model/policy.ts';
import type { BackendOptions } from '../stores/backend.ts';

const wholeNumber = (otherwise: number, least: number, most: number) =>
  z.coerce
    .number({ error: `expected a whole number from ${least} to ${most}` })
    .int()
    .min(least)
    .max(most)
    .default(otherwise);

/** Injection token of the SessionConfig. */
export const SESSION_CONFIG = Symbol('SESSION_CONFIG');

/** Comma-separated secrets; the first writes or signs, all read or verify. */
const secrets = (least: number) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .refine((parts) => parts.every((part) => part.length >= least), { error: `every value needs at least ${least} characters` });

const needed = (list: ReturnType<typeof secrets>) =>
  list.refine((parts) => parts.length > 0, { error: 'expected at least one value' });

const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `expected a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  });

const DAY_SECONDS = 86_400;
const SECRET_LENGTH = 16;

/** The variables of this library, as a zod shape to be merged into an app's own. Units are in the names. */
export const sessionSettings = {
  DATABASE_URL: url('postgres:', 'postgresql:').optional(),
  REDIS_URL: url('redis:', 'rediss:').optional(),
  /** host:port,host:port. User, password and TLS are those of REDIS_URL, whose host is ignored then. */
  REDIS_SENTINELS: z.string().optional(),
  REDIS_SENTINEL_MASTER: z.string().default('mymaster'),
  REDIS_SENTINEL_PASSWORD: z.string().optional(),
  /** More nodes of a Redis Cluster, as URLs: redis://host:port,redis://host:port */
  REDIS_CLUSTER_NODES: z.string().optional(),
  SESSION_STRATEGY: z.enum(['tiered', 'redis', 'postgres', 'memory']).default('tiered'),
  SESSION_ENGINE: z.enum(['baton', 'express-session']).default('baton'),
  SESSION_SECRETS: needed(secrets(SECRET_LENGTH)),
  SESSION_PEPPER: needed(secrets(SECRET_LENGTH)),
  SESSION_ENCRYPTION_KEYS: secrets(SECRET_LENGTH).default([]),
  /** Believes sessions that were stored in clear, or without a MAC, before encryption was switched on. For a rollout only. */
  SESSION_ENCRYPTION_MIGRATION: z.stringbool().default(false),
  SESSION_IDLE_SECONDS: wholeNumber(1800, 1, 365 * DAY_SECONDS),
  SESSION_ABSOLUTE_SECONDS: wholeNumber(28_800, 1, 365 * DAY_SECONDS),
  /** The same for sessions of people who asked to stay signed in. */
  SESSION_REMEMBER_IDLE_SECONDS: wholeNumber(14 * DAY_SECONDS, 1, 365 * DAY_SECONDS),
  SESSION_REMEMBER_ABSOLUTE_SECONDS: wholeNumber(30 * DAY_SECONDS, 1, 365 * DAY_SECONDS),
  SESSION_TOUCH_SECONDS: wholeNumber(60, 0, DAY_SECONDS),
  SESSION_RENEW_SECONDS: wholeNumber(900, 0, DAY_SECONDS),
  SESSION_NEAR_CACHE_MS: wholeNumber(0, 0, 60_000),
  SESSION_REDIS_DEADLINE_MS: wholeNumber(150, 1, 60_000),
  SESSION_POSTGRES_DEADLINE_MS: wholeNumber(1000, 1, 60_000),
  /** T of the promises: how long after its acknowledgement a revocation may take to reach every replica. */
  SESSION_REVOCATION_MS: wholeNumber(1000, 50, 60_000),
  /** How many sessions one address may create on one replica within a minute. 0: no limit. */
  SESSION_CREATIONS_PER_ADDRESS: wholeNumber(600, 0, 1_000_000),
  SESSION_MAX_PER_USER: wholeNumber(50, 0, 100_000),
  SESSION_LIMIT_POLICY: z.enum(['deny-new', 'drop-oldest']).default('drop-oldest'),
  COOKIE_SECURE: z.stringbool().default(true),
};

export type SessionSettings = z.infer<z.ZodObject<typeof sessionSettings>>;

export interface SessionConfig extends Omit<BackendOptions, 'entities'> {
  /** Of the product: begins or is the name of everything that the library keeps in cookies and stores. */
  readonly name: string;
  readonly engine: NonNullable<BackendOptions['engine']>;
  readonly secrets: readonly string[];
  readonly peppers: readonly string[];
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  /** Of sessions of people who asked to stay signed in. */
  readonly remember: Lifetime;
  readonly renewSeconds: number;
  readonly creationsPerAddress: number;
  readonly cookie: { readonly name: string; readonly secure: boolean };
}

/** The settings by their words in code. Throws if they contradict each other. */
export function toSessionConfig(settings: SessionSettings, { name = 'baton' } = {}): SessionConfig {
  const needsDatabase = settings.SESSION_STRATEGY === 'tiered' || settings.SESSION_STRATEGY === 'postgres';
  if (needsDatabase && settings.DATABASE_URL === undefined)
    throw contradiction(`SESSION_STRATEGY=${settings.SESSION_STRATEGY} needs DATABASE_URL.`);
  if (settings.SESSION_STRATEGY === 'redis' && settings.REDIS_URL === undefined)
    throw contradiction('SESSION_STRATEGY=redis needs REDIS_URL.');
  checkNearCache(settings);
  return {
    name,
    strategy: settings.SESSION_STRATEGY,
    engine: settings.SESSION_ENGINE,
    databaseUrl: settings.DATABASE_URL ?? null,
    redis: redisOf(settings),
    secrets: settings.SESSION_SECRETS,
    peppers: settings.SESSION_PEPPER,
    encryptionKeys: settings.SESSION_ENCRYPTION_KEYS,
    encryptionMigration: settings.SESSION_ENCRYPTION_MIGRATION,
    idleSeconds: settings.SESSION_IDLE_SECONDS,
    absoluteSeconds: settings.SESSION_ABSOLUTE_SECONDS,
    remember: {
      idleSeconds: settings.SESSION_REMEMBER_IDLE_SECONDS,
      absoluteSeconds: settings.SESSION_REMEMBER_ABSOLUTE_SECONDS,
    },
    touchSeconds: settings.SESSION_TOUCH_SECONDS,
    renewSeconds: settings.SESSION_RENEW_SECONDS,
    nearCacheMs: settings.SESSION_NEAR_CACHE_MS,
    redisDeadlineMs: settings.SESSION_REDIS_DEADLINE_MS,
    postgresDeadlineMs: settings.SESSION_POSTGRES_DEADLINE_MS,
    revocationMs: settings.SESSION_REVOCATION_MS,
    creationsPerAddress: settings.SESSION_CREATIONS_PER_ADDRESS,
    maxPerUser: settings.SESSION_MAX_PER_USER,
    limitPolicy: settings.SESSION_LIMIT_POLICY,
    // The prefix makes browsers refuse the cookie unless it is Secure, for this host alone, and for all its paths (RFC 6265bis).
    cookie: { name: settings.COOKIE_SECURE ? `__Host-${name}` : name, secure: settings.COOKIE_SECURE },
  };
}

/** What is kept near may be that old, so it may not be older than a revocation may be late. */
function checkNearCache({ SESSION_NEAR_CACHE_MS, SESSION_REVOCATION_MS, REDIS_CLUSTER_NODES }: SessionSettings): void {
  if (SESSION_NEAR_CACHE_MS > SESSION_REVOCATION_MS)
    throw new Error('SESSION_NEAR_CACHE_MS must not be greater than SESSION_REVOCATION_MS.');
  if (SESSION_NEAR_CACHE_MS > 0 && REDIS_CLUSTER_NODES)
    throw new Error('SESSION_NEAR_CACHE_MS must be 0 with REDIS_CLUSTER_NODES: a Cluster does not report changes.');
}

function redisOf(settings: SessionSettings): SessionConfig['redis'] {
  const { REDIS_URL, REDIS_SENTINELS, REDIS_SENTINEL_MASTER, REDIS_SENTINEL_PASSWORD, REDIS_CLUSTER_NODES } = settings;
  if (REDIS_URL === undefined) return null;
  const list = (text: string) => text.split(',').map((part) => part.trim());
  return {
    url: REDIS_URL,
    ...(REDIS_SENTINELS && {
      sentinels: {
        nodes: list(REDIS_SENTINELS),
        name: REDIS_SENTINEL_MASTER,
        ...(REDIS_SENTINEL_PASSWORD && { password: REDIS_SENTINEL_PASSWORD }),
      },
    }),
    ...(REDIS_CLUSTER_NODES && { clusterNodes: list(REDIS_CLUSTER_NODES) }),
  };
}

/** `startProgram` prints an error of this name without a stack. */
function contradiction(message: string): Error {
  return Object.assign(new Error(message), { name: 'StartError' });
}
