import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';
import { NAME } from './name.ts';

export interface Account {
  uid: number;
  gid: number;
}

/** Postgres refuses to run as root; this is the account it runs as instead. Null: the current user. */
export function unprivilegedAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8');
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+)/m.exec(users) ?? /^nobody:[^:]*:(\d+):(\d+)/m.exec(users) ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : null;
}

const SEARCH_BY_OTHERS = 0o001;
const SEARCH_BY_OWNER = 0o100;

/** Whether the account may enter every folder of the path. */
export function canReach(account: Account | null, path: string): boolean {
  if (!account) return true;
  const { mode, uid } = statSync(path);
  const passes = mode & SEARCH_BY_OTHERS || (uid === account.uid && mode & SEARCH_BY_OWNER);
  if (!passes) return false;
  const above = dirname(resolve(path));
  return above === path || above === parse(path).root || canReach(account, above);
}

/** A folder outside the private one, always the same for the same path. Most systems keep it over a reboot. */
export function publicFolderFor(path: string, mode: number): string {
  const name = `${NAME}-${createHash('sha256').update(path).digest('hex').slice(0, 12)}`;
  const folder = join(existsSync('/var/tmp') ? '/var/tmp' : tmpdir(), name);
  mkdirSync(folder, { recursive: true, mode });
  return folder;
}

export function giveTo(account: Account | null, path: string): void {
  if (account) chownSync(path, account.uid, account.gid);
}

/** Temporary folders are private to their user. Ours, and only ours, become enterable (not readable) for the account. */
export function letPassThroughTemporary(account: Account | null, path: string): void {
  const above = dirname(path);
  if (!account || !above.startsWith(join(tmpdir(), '/')) || canReach(account, above)) return;
  const { mode, uid } = statSync(above);
  if (uid === process.getuid?.()) chmodSync(above, mode | SEARCH_BY_OTHERS);
  letPassThroughTemporary(account, above);
}
