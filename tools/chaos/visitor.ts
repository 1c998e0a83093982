import type { Cluster } from '../../test/support/breakable/cluster.ts';
import type { App } from '../../test/support/built.ts';
import { type Exchange, type Operation, outcomeOf } from '../../test/support/visitors/exchange.ts';
import type { Random } from '../../test/support/random.ts';
import type { Account } from '../../test/support/visitors/account.ts';
import type { Browser, Cookie } from '../../test/support/visitors/browser.ts';

/** Weights of the operations. Logouts are rare, so that sessions live through several faults. */
export const HABITS = {
  read: 6,
  tally: 3,
  add: 6,
  preferences: 2,
  prefer: 3,
  logout: 0.5,
  'revoke-others': 0.25,
  password: 0.3,
  past: 2.5,
};

/** Of visitors whose sessions are to live through an outage in which nobody can log in again. */
export const LOYAL_HABITS: typeof HABITS = { ...HABITS, logout: 0.05, 'revoke-others': 0.02, password: 0.03 };

/** How many of those who send a past cookie send one that ends its session. Rare, so that sessions live through several faults. */
const THIEVES = 0.02;

const NAMES = ['tea', 'coffee', 'cocoa'];
const PREFERENCES = {
  theme: ['light', 'dark', 'system'],
  language: ['en', 'de', 'fr', 'es'],
  density: ['cozy', 'compact'],
} as const;

/** One tab of a browser: sends random requests to random replicas, one at a time. */
export class Visitor {
  private readonly browser: Browser;
  private readonly account: Account;
  private readonly cluster: Cluster;
  private readonly random: Random;
  private readonly habits: typeof HABITS;

  constructor(browser: Browser, account: Account, cluster: Cluster, random: Random, habits = HABITS) {
    this.browser = browser;
    this.account = account;
    this.cluster = cluster;
    this.random = random;
    this.habits = habits;
  }

  async step(): Promise<void> {
    // Drawn even if unused, so that later draws do not depend on whether the browser is logged in.
    const habit = this.random.weighted(this.habits);
    const operation = this.operation(habit);
    if (habit === 'past') return this.usePastCookie();
    if (!this.browser.cookie) return this.logIn();
    if (habit === 'password') return this.changePassword();
    if (operation) await this.send(operation);
  }

  private operation(habit: keyof typeof HABITS): Operation | null {
    if (habit === 'past' || habit === 'password') return null;
    if (habit === 'add') return { kind: 'add', name: this.random.pick(NAMES), amount: this.random.between(1, 3) };
    if (habit !== 'prefer') return { kind: habit };
    const path = this.random.pick(['theme', 'language', 'density'] as const);
    return { kind: 'prefer', path, value: this.random.pick<string>(PREFERENCES[path]) };
  }

  private send(operation: Operation, cookie = this.browser.cookie): Promise<Exchange> {
    const app: App = operation.kind === 'logout' || operation.kind === 'revoke-others' ? 'auth' : 'portal';
    return this.browser.send(operation, this.random.pick(this.cluster.of(app)), { password: this.account.password }, cookie);
  }

  private async logIn(): Promise<void> {
    const { password, isCertain } = this.account;
    const login = await this.browser.send({ kind: 'login', certain: isCertain }, this.random.pick(this.cluster.of('auth')), {
      password,
    });
    // A password change that began in the meantime makes the response uncertain too.
    if (!this.account.isCertain || this.account.password !== password) Object.assign(login.operation, { certain: false });
    if (outcomeOf(login) === 'refused' && this.account.password === password) this.account.wasRefused();
  }

  private async changePassword(): Promise<void> {
    if (!this.account.isCertain) return;
    const auth = this.random.pick(this.cluster.of('auth'));
    await this.account.change(async (password, next) =>
      outcomeOf(await this.browser.send({ kind: 'password' }, auth, { password, next })),
    );
  }

  private async usePastCookie(): Promise<void> {
    const isThief = this.random.next() < THIEVES;
    const past = this.browser.past.slice(-5).filter((cookie) => isThief || !this.wouldBeTheft(cookie));
    if (past.length > 0) await this.send({ kind: 'read' }, this.random.pick(past));
  }

  /** A slow tab sends the cookie before the current one at most. An older one ends the session. */
  private wouldBeTheft(cookie: Cookie): boolean {
    const { past, cookie: current } = this.browser;
    const replaced = past.filter(({ session }) => session === current?.session);
    return replaced.slice(0, -1).includes(cookie);
  }
}
