/** The stacks that are measured side by side. */
import { join, resolve } from 'node:path';
import { program } from './build.ts';

export interface Stack {
  name: string;
  title: string;
  program: string;
  env: Record<string, string>;
  read: string;
  write: string;
  /** The body that adds one to a counter, where it differs from the peers'. */
  change?: (name: string) => object;
  visitors?: number;
  /** Every request picks a visitor at random; otherwise each connection cycles through its own visitors. */
  uniform?: boolean;
  /** The program that creates the tables. */
  migrate?: string;
  /** The program that writes the sessions to the stores, for stacks with too many visitors to sign in. */
  seed?: string;
}

const peer = (name: string, title: string): Stack => ({
  name,
  title,
  program: program(name),
  env: {},
  read: '/session',
  write: '/cart',
});

const MANY = 100_000;

/** The same stack with 100 thousand visitors, chosen uniformly, so that caches do not help. */
const withMany = (stack: Stack, seed: string): Stack => ({
  ...stack,
  name: `${stack.name}-100k`,
  title: `${stack.title}, 100,000 visitors`,
  visitors: MANY,
  uniform: true,
  seed: program(seed),
});

const stock = peer('stock', 'express-session + connect-redis + passport (stock)');

export const BATON_ENV = {
  SESSION_SECRETS: 'a-secret-of-the-benchmark-that-is-long-enough',
  SESSION_PEPPER: 'a-pepper-of-the-benchmark-that-is-long-enough',
  COOKIE_SECURE: 'false',
  // One load generator is all visitors.
  SESSION_CREATIONS_PER_ADDRESS: '0',
  SESSION_MAX_PER_USER: '0',
};

const ours = (name: string, title: string, env: Record<string, string> = {}): Stack => ({
  ...peer('baton', title),
  name,
  env: { ...BATON_ENV, ...env },
  seed: program('seed-baton'),
});

const baton = ours('baton', 'Baton');
const near = ours('baton-near', 'Baton, near cache on', { SESSION_NEAR_CACHE_MS: '1000' });

const dist = join(import.meta.dirname, '../../dist');

const portal: Stack = {
  ...ours('portal', 'The whole portal'),
  program: join(dist, 'test/portal/main.js'),
  migrate: join(dist, 'apps/auth/migrate.js'),
  read: '/api/tally',
  write: '/api/tally',
  change: (name) => ({ name, amount: 1 }),
};

/** The Baton stacks of another checkout, whose programs are built there. Formats are compatible, so this checkout seeds the sessions. */
export const stacksOf = (checkout: string): Stack[] =>
  [baton, near].map((stack) => ({
    ...stack,
    name: `${stack.name}-before`,
    title: `${stack.title}, the other checkout`,
    program: resolve(checkout, 'tools/bench/dist/baton.js'),
  }));

export const STACKS: Stack[] = [
  peer('ceiling', 'NestJS without sessions (ceiling)'),
  stock,
  peer('stock-no-timeout', 'stock, no timer per Redis command'),
  peer('memory', 'express-session, memory store'),
  peer('fastify-session', 'Fastify + @fastify/session + Redis'),
  peer('jwt-cookie', 'NestJS + JWT cookie (jose, HS256)'),
  peer('connect-pg-simple', 'express-session + connect-pg-simple'),
  peer('better-auth', 'better-auth, sessions in Redis'),
  peer('iron-session', 'NestJS + iron-session'),
  baton,
  near,
  ours('baton-postgres', 'Baton on Postgres alone', { SESSION_STRATEGY: 'postgres' }),
  portal,
  withMany(stock, 'seed-stock'),
  withMany(baton, 'seed-baton'),
  withMany(near, 'seed-baton'),
];
