import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';
import { NAME } from './name.ts';

/** A user and a group of this machine, by number. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** Postgres refuses to run as root: the account it gets instead. Null: our own will do. */
export function unprivilegedAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n').map(toAccount);
  return accounts.find(({ name }) => name === 'postgres') ?? accounts.find(({ name }) => name === 'nobody') ?? null;
}

function toAccount(line: string): Account {
  const [name = '', , uid, gid] = line.split(':');
  return { name, uid: Number(uid), gid: Number(gid) };
}

const SEARCH_BY_OTHERS = 0o001;
const SEARCH_BY_OWNER = 0o100;

/** Whether every folder on the way lets the account pass. */
export function canReach(account: Account | null, path: string): boolean {
  if (!account) return true;
  const { mode, uid } = statSync(path);
  const passes = mode & SEARCH_BY_OTHERS || (uid === account.uid && mode & SEARCH_BY_OWNER);
  if (!passes) return false;
  const above = dirname(resolve(path));
  return above === path || above === parse(path).root || canReach(account, above);
}

/** For what has to be outside a private folder: always the same one for the same path, and kept over a reboot of most systems. */
export function publicFolderFor(path: string, mode: number): string {
  const name = `${NAME}-${createHash('sha256').update(path).digest('hex').slice(0, 12)}`;
  const folder = join(existsSync('/var/tmp') ? '/var/tmp' : tmpdir(), name);
  mkdirSync(folder, { recursive: true, mode });
  return folder;
}

export function giveTo(account: Account | null, path: string): void {
  if (account) chownSync(path, account.uid, account.gid);
}

/** A temporary folder is made for one user alone; ours (only ours) let the account pass, and not look around. */
export function letPassThroughTemporary(account: Account | null, path: string): void {
  const above = dirname(path);
  if (!account || !above.startsWith(join(tmpdir(), '/')) || canReach(account, above)) return;
  const { mode, uid } = statSync(above);
  if (uid === process.getuid?.()) chmodSync(above, mode | SEARCH_BY_OTHERS);
  letPassThroughTemporary(account, above);
}
