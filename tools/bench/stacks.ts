/** What is measured side by side. */
import { program } from './build.ts';

export interface Stack {
  name: string;
  title: string;
  program: string;
  env: Record<string, string>;
  read: string;
  write: string;
  /** How many visitors are signed in; more than the default are put into the stores directly. */
  visitors?: number;
}

const peer = (name: string, title: string): Stack => ({
  name,
  title,
  program: program(name),
  env: {},
  read: '/session',
  write: '/cart',
});

export const STACKS: Stack[] = [
  peer('ceiling', 'NestJS without sessions (ceiling)'),
  peer('stock', 'express-session + connect-redis + passport (stock)'),
  peer('stock-no-timeout', 'stock, no timer per Redis command'),
  peer('memory', 'express-session, memory store'),
  peer('fastify-session', 'Fastify + @fastify/session + Redis'),
  peer('jwt-cookie', 'NestJS + JWT cookie (jose, HS256)'),
  peer('connect-pg-simple', 'express-session + connect-pg-simple'),
  peer('better-auth', 'better-auth, sessions in Redis'),
  peer('iron-session', 'NestJS + iron-session'),
];
