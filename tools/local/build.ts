import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from './folder.ts';

const SOURCES = ['apps', 'libs', 'package-lock.json', 'rspack.config.cjs', 'nest-cli.json', 'tsconfig.json'];
const RESULTS = ['dist/apps/auth/main.js', 'dist/apps/portal/main.js'];

/** Builds the apps unless the last build is newer than every source. */
export async function buildIfNeeded(): Promise<void> {
  if (newest(SOURCES) < oldest(RESULTS)) return;
  // npm is a shell script on Windows.
  await promisify(execFile)('npm', ['run', 'build'], { cwd: projectFolder, shell: process.platform === 'win32', maxBuffer: 1e8 });
}

const oldest = (files: string[]): number => Math.min(...files.map((file) => changedAt(join(projectFolder, file))));

const newest = (names: string[]): number =>
  Math.max(...names.flatMap((name) => filesOf(join(projectFolder, name))).map(changedAt));

const changedAt = (file: string): number => (existsSync(file) ? statSync(file).mtimeMs : 0);

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !isTest(entry.name)).map((entry) => join(entry.parentPath, entry.name));
}

const isTest = (name: string): boolean => /\.(test|contract)\.tsx?$/.test(name);
