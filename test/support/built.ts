import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

export type App = 'auth' | 'portal';

const dist = resolve(import.meta.dirname, '../../dist');

/** Tests run the apps that test/app bundles: the portal has the tally controller too. */
const FILES = { auth: 'test/auth/main.js', portal: 'test/portal/main.js', migrate: 'apps/auth/migrate.js' };

export function builtFile(program: keyof typeof FILES): string {
  const file = resolve(dist, FILES[program]);
  if (!existsSync(file)) throw new Error(`${file} is missing: run npm run build and npm run build:test first (npm test does).`);
  return file;
}

/** Brings a database to the newest schema, as `npm run migrate` does. */
export async function migrateDatabase(databaseUrl: string, settings: Record<string, string> = {}): Promise<void> {
  const env = { PATH: process.env['PATH'], DATABASE_URL: databaseUrl, ...settings };
  await promisify(execFile)(process.execPath, [builtFile('migrate')], { env });
}
