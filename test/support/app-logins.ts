import { randomBytes } from 'node:crypto';
import { Client as Postgres } from 'pg';
import { setUpAppLogins } from '../../apps/auth/src/database/app-logins.ts';
import type { App } from './built.ts';

/** Characters that a URL and SQL must escape. */
const PASSWORD = `it's "50%" \\ of/it`;

/** The URL for another login. */
export const urlAs = (databaseUrl: string, username: string, password = PASSWORD): string =>
  Object.assign(new URL(databaseUrl), { username, password: encodeURIComponent(password) }).href;

/** URLs of logins that do not exist yet: roles belong to the server, not to a database. */
export function newLogins(databaseUrl: string): Record<App, string> {
  const suffix = randomBytes(6).toString('hex');
  return { auth: urlAs(databaseUrl, `auth_${suffix}`), portal: urlAs(databaseUrl, `portal-${suffix}`) };
}

export const setUpLogins = (databaseUrl: string, logins: Record<App, string>): Promise<void> =>
  setUpAppLogins(databaseUrl, { AUTH_DATABASE_URL: logins.auth, PORTAL_DATABASE_URL: logins.portal });

/** One statement on a connection of its own. */
export async function queryAs(url: string, sql: string): Promise<unknown[]> {
  const client = new Postgres({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}
