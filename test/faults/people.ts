import type { Cluster } from '../../tools/chaos/cluster/cluster.ts';
import { Account } from '../../tools/chaos/visitors/account.ts';
import { Browser, Recording } from '../../tools/chaos/visitors/browser.ts';
import { register } from '../../tools/chaos/visitors/register.ts';

/** Somebody signed in, with what signing in again needs. */
export interface Person extends Browser {
  account: Account;
}

/** Makes people with names of their own, so that what happened to one row of the matrix does not reach the next. */
export class People {
  private static groups = 0;
  private readonly group = ++People.groups;
  private readonly recording = new Recording();
  private readonly accounts = new Map<string, Account>();

  private readonly cluster: Cluster;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** A new browser of this person, signed in; the account is made the first time. */
  async signIn(name: string): Promise<Person> {
    const person = await this.known(name);
    const login = await person.send({ kind: 'login', certain: true }, this.cluster.of('auth')[0]!, person.account);
    expect(login).toMatchObject({ answer: { status: 200, cookie: 'issued' } });
    return person;
  }

  async known(name: string): Promise<Person> {
    const user = `${name}-${this.group}`;
    if (!this.accounts.has(user))
      this.accounts.set(user, await register(this.cluster, new Account(user, `correct horse ${user}`)));
    return Object.assign(new Browser(user, user, this.recording), { account: this.accounts.get(user)! });
  }
}
