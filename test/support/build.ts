import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildIfNeeded } from '../../tools/local/build.ts';

const root = resolve(import.meta.dirname, '../..');
const app = join(root, 'test/app');
const result = join(root, 'dist/test/portal/main.js');
const apps = ['auth', 'portal'].map((name) => join(root, `dist/apps/${name}/main.js`));
const sources = () => [...apps, ...readdirSync(app).map((file) => join(app, file))];

/** Builds the apps, and those of the tests, unless they are newer than their sources. */
export async function buildTestAppsIfNeeded(): Promise<void> {
  await buildIfNeeded();
  if (existsSync(result) && sources().every((file) => changedAt(file) <= changedAt(result))) return;
  await promisify(execFile)('npm', ['run', 'build:test'], { cwd: root, shell: process.platform === 'win32', maxBuffer: 1e8 });
}

const changedAt = (file: string): number => statSync(file).mtimeMs;
