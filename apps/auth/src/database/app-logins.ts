import { StartError } from '@baton/platform';
import { ADVISORY_LOCKS } from '@baton/session';
import { Client, escapeIdentifier, escapeLiteral, type DatabaseError } from 'pg';
import { z } from 'zod';
import { postgresUrl } from '../auth-settings.ts';
import { privilegesOf, type App } from './privileges.ts';
import { scramVerifier } from './scram.ts';

/** What each app connects with, as its own DATABASE_URL. Unset: it shares the login of the migration, and no right is changed. */
export const appLoginSettings = {
  AUTH_DATABASE_URL: postgresUrl.optional(),
  PORTAL_DATABASE_URL: postgresUrl.optional(),
};
type AppLogins = z.infer<z.ZodObject<typeof appLoginSettings>>;

const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Gives each app's login the least rights on the tables that exist now. Creates the login if the migration may; else it must exist.
 * Safe to run again, and several times at once.
 * @throws StartError if a login is missing and cannot be created.
 */
export async function setUpAppLogins(databaseUrl: string, logins: AppLogins): Promise<void> {
  if (!logins.AUTH_DATABASE_URL && !logins.PORTAL_DATABASE_URL) return;
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.migrations]);
    if (logins.AUTH_DATABASE_URL) await setUp(client, 'auth', new URL(logins.AUTH_DATABASE_URL));
    if (logins.PORTAL_DATABASE_URL) await setUp(client, 'portal', new URL(logins.PORTAL_DATABASE_URL));
  } finally {
    // The lock is released with its connection.
    await client.end();
  }
}

async function setUp(client: Client, app: App, url: URL): Promise<void> {
  const name = decodeURIComponent(url.username);
  // The owner of the tables cannot have less than all rights.
  if (name === '' || name === (await loginOf(client))) return;
  await setUpRole(client, name, decodeURIComponent(url.password));
  await grant(client, app, escapeIdentifier(name));
}

const loginOf = async (client: Client) => (await client.query<{ name: string }>('SELECT current_user AS name')).rows[0]!.name;

/** A role that the migration may not alter belongs to somebody else, who also sets its password. */
async function setUpRole(client: Client, name: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
  const secret = password === '' ? '' : ` PASSWORD ${escapeLiteral(scramVerifier(password))}`;
  await client.query(`${verb} ROLE ${escapeIdentifier(name)} LOGIN${secret}`).catch((error: DatabaseError) => {
    if (error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    if (verb === 'CREATE')
      throw new StartError(
        `DATABASE_URL may not create the login ${name}: run CREATE ROLE ${escapeIdentifier(name)} LOGIN PASSWORD '...', then migrate again.`,
      );
  });
}

/** In one transaction, so that an app in use never misses a right. Rights that are no longer needed end. */
async function grant(client: Client, app: App, role: string): Promise<void> {
  const statements: string[] = [];
  for (const table of await names(client, TABLES)) {
    const privileges = privilegesOf(app, table);
    statements.push(`REVOKE ALL ON ${escapeIdentifier(table)} FROM ${role}`);
    if (privileges !== null) statements.push(`GRANT ${privileges} ON ${escapeIdentifier(table)} TO ${role}`);
  }
  // They run with the rights of the owner, and everybody may call a new function.
  for (const definer of await names(client, DEFINERS)) {
    statements.push(`REVOKE ALL ON FUNCTION ${definer} FROM PUBLIC`);
    if (app === 'auth') statements.push(`GRANT EXECUTE ON FUNCTION ${definer} TO ${role}`);
  }
  const schema = escapeIdentifier((await names(client, 'SELECT current_schema() AS name'))[0]!);
  await client.query(['BEGIN', `GRANT USAGE ON SCHEMA ${schema} TO ${role}`, ...statements, 'COMMIT'].join(';\n'));
}

const TABLES = `SELECT relname AS name FROM pg_class
  WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND pg_has_role(relowner, 'USAGE') ORDER BY 1`;
const DEFINERS = `SELECT oid::regprocedure::text AS name FROM pg_proc
  WHERE pronamespace = current_schema()::regnamespace AND prosecdef AND pg_has_role(proowner, 'USAGE') ORDER BY 1`;

const names = async (client: Client, sql: string): Promise<string[]> =>
  (await client.query<{ name: string }>(sql)).rows.map(({ name }) => name);
