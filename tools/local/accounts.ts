import { chownSync, readFileSync, statSync } from 'node:fs';
import { dirname, parse, resolve } from 'node:path';

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

export function giveTo(account: Account | null, path: string): void {
  if (account) chownSync(path, account.uid, account.gid);
}
