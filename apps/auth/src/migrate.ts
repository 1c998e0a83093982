import 'reflect-metadata';
import { loadConfig, StartError, startProgram } from '@baton/platform';
import { migrate } from '@baton/session';
import { postgresUrl } from './auth-settings.ts';
import { appLoginSettings, setUpAppLogins } from './database/app-logins.ts';
import { migrations } from './migrations.ts';

const CANNOT_CONNECT = /^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOST|28|3D|57P)/;
const settings = { DATABASE_URL: postgresUrl, ...appLoginSettings };

/** Brings the database to the newest schema, and gives the apps' logins their rights. Safe to run again, and several times at once. */
await startProgram(async () => {
  const { DATABASE_URL, ...logins } = loadConfig(settings);
  const applied = await migrate(DATABASE_URL, migrations).catch(explainOutage);
  for (const name of applied) process.stdout.write(`applied ${name}\n`);
  if (applied.length === 0) process.stdout.write('the schema is up to date\n');
  await setUpAppLogins(DATABASE_URL, logins);
});

function explainOutage(error: unknown): never {
  const { code = '', message } = error as Error & { code?: string };
  if (!CANNOT_CONNECT.test(code)) throw error;
  throw new StartError(`Cannot connect to Postgres at DATABASE_URL (${message || code}): start it or correct the address.`);
}
