import type { Cluster } from '../support/breakable/cluster.ts';
import { Account } from '../support/visitors/account.ts';
import { Browser, Recording } from '../support/visitors/browser.ts';
import { register } from '../support/visitors/register.ts';

/** A browser and the account it signs in with. */
export interface TestUser extends Browser {
  account: Account;
}

/** Creates users with unique names, so that rows of the matrix do not affect each other. */
export class TestUsers {
  private static groups = 0;
  private readonly group = ++TestUsers.groups;
  private readonly recording = new Recording();
  private readonly accounts = new Map<string, Promise<Account>>();

  private readonly cluster: Cluster;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** A new browser of this user, signed in; registers the account the first time. */
  async signIn(name: string): Promise<TestUser> {
    const user = await this.known(name);
    const login = await user.send({ kind: 'login', certain: true }, this.cluster.of('auth')[0]!, user.account);
    expect(login).toMatchObject({ response: { status: 200, cookie: 'issued' } });
    return user;
  }

  async known(name: string): Promise<TestUser> {
    const user = `${name}-${this.group}`;
    const account = this.accounts.get(user) ?? register(this.cluster, new Account(user, `correct horse ${user}`));
    this.accounts.set(user, account);
    return Object.assign(new Browser(user, user, this.recording), { account: await account });
  }
}
