import { execFileSync } from 'node:child_process';
import { UsageError } from './options.ts';

const git = (...args: string[]): string =>
  execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 26 });

export const UNDO = 'git checkout . && git clean -fd';

/** A clean tree is what makes the command undoable. */
export function requireCleanTree(): void {
  let changes: string;
  try {
    changes = git('status', '--porcelain');
  } catch {
    throw new UsageError(
      'This folder is not a git repository, so nothing could be undone: run `git init`, commit everything, and try again.',
    );
  }
  if (changes !== '')
    throw new UsageError('There are uncommitted changes: commit or stash them first, so that this command can be undone.');
}

/** Every tracked file, as paths from the project's folder. */
export const trackedFiles = (): string[] => git('ls-files', '-z').split('\0').filter(Boolean);
