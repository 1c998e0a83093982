import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { hashPassword } from '../../apps/auth/src/users/password-hash.ts';
import { migrateDatabase } from './built.ts';
import { ADMIN, USER } from './client.ts';
import { onSharedPostgres, testDatabase } from './servers.ts';

const TEMPLATE = 'migrated';
/** The advisory lock that keeps two workers from creating the template at once. */
const LOCK = 4_711;

/** A fresh database with the newest schema, USER and ADMIN: a copy of a template that is migrated once per run. */
export async function migratedDatabase(): Promise<string> {
  await onSharedPostgres(async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    if (!(await exists(client))) await makeTemplate(client);
  });
  return testDatabase({ template: TEMPLATE });
}

async function exists(client: Client): Promise<boolean> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [TEMPLATE]);
  return rowCount === 1;
}

/** Renames the template last, so that an incomplete one is never copied. */
async function makeTemplate(client: Client): Promise<void> {
  const draft = await testDatabase();
  await migrateDatabase(draft);
  await addTestUsers(draft);
  await client.query(`ALTER DATABASE ${new URL(draft).pathname.slice(1)} RENAME TO ${TEMPLATE}`);
}

/** Adds USER and ADMIN to a database with the newest schema. */
export async function addTestUsers(databaseUrl: string): Promise<void> {
  const client = new Client(databaseUrl);
  await client.connect();
  const users = [
    { ...USER, roles: ['user'] },
    { ...ADMIN, roles: ['user', 'admin'] },
  ];
  for (const { username, password, roles } of users) {
    const hash = await hashPassword(password);
    await client.query('INSERT INTO users (id, name, password_hash, roles) VALUES ($1, $2, $3, $4)', [
      randomUUID(),
      username,
      hash,
      roles,
    ]);
  }
  await client.end();
}
