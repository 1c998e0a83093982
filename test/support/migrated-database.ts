import type { Client } from 'pg';
import { migrateDatabase } from './replicas.ts';
import { onSharedPostgres, testDatabase } from './servers.ts';

const TEMPLATE = 'migrated';
/** Any number: it keeps two workers from making the template at once. */
const LOCK = 4_711;

/** A fresh database with the newest schema and the demo users: a copy of one that was migrated once per run. */
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

/** It gets its name last: a half-made one is never copied. */
async function makeTemplate(client: Client): Promise<void> {
  const draft = await testDatabase();
  await migrateDatabase(draft);
  await client.query(`ALTER DATABASE ${new URL(draft).pathname.slice(1)} RENAME TO ${TEMPLATE}`);
}
