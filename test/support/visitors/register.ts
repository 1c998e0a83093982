import type { Cluster } from '../breakable/cluster.ts';
import type { Account } from './account.ts';
import { ask } from './ask.ts';

/** Registers the account. It runs before any fault, so it must succeed. */
export async function register(cluster: Cluster, account: Account): Promise<Account> {
  const [auth] = cluster.of('auth');
  const body = { username: account.name, password: account.password };
  const { status } = await ask(auth!.url, { app: 'auth', method: 'POST', path: '/auth/register', body }, null);
  if (status >= 400) throw new Error(`${account.name} could not be registered: ${status}`);
  return account;
}
