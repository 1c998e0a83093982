import 'reflect-metadata';
import { loadConfig, StartError, startProgram } from '@baton/platform';
import { migrate } from '@baton/session';
import { postgresUrl } from './auth-settings.ts';
import { migrations } from './migrations.ts';

const CANNOT_CONNECT = /^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOST|28|3D|57P)/;
const settings = { DATABASE_URL: postgresUrl };

/** Brings the database to the newest schema. Safe to run again, and several times at once. */
await startProgram(async () => {
  const { DATABASE_URL } = loadConfig(settings);
  const applied = await migrate(DATABASE_URL, migrations).catch(explainOutage);
  for (const name of applied) process.stdout.write(`applied ${name}\n`);
  if (applied.length === 0) process.stdout.write('the schema is up to date\n');
});

function explainOutage(error: unknown): never {
  const { code = '', message } = error as Error & { code?: string };
  if (!CANNOT_CONNECT.test(code)) throw error;
  throw new StartError(`Postgres cannot be reached with DATABASE_URL (${message || code}): start it, or correct the address.`);
}
