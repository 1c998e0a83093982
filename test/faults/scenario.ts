import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../support/breakable/cluster.ts';
import type { Member } from '../support/breakable/member.ts';
import { type Exchange, isLogout, type Operation, outcomeOf } from '../support/visitors/exchange.ts';
import type { Cookie } from '../support/visitors/browser.ts';
import { Load } from './load.ts';
import { TestUsers, type TestUser } from './test-users.ts';

/** T, plus slack for a busy machine. */
const BOUND_MS = 1000 + 1500;

/** The users of one row of the matrix. They sign in before the fault; the promises are checked during the fault and after recovery. */
export class Scenario {
  readonly users: TestUsers;
  readonly auths: Member[];
  readonly portals: Member[];
  /** One replica of each app: the targets of faults that affect single replicas. */
  readonly victims: Member[];
  readonly live = new Set<TestUser>();
  private readonly ended: { user: TestUser; cookie: Cookie }[] = [];
  private readonly adds: { user: TestUser; exchange: Exchange }[] = [];
  private load: { by: TestUser; load: Load } | null = null;

  private constructor(
    cluster: Cluster,
    readonly reader: TestUser,
    readonly logoutUsers: TestUser[],
    readonly pairs: [TestUser, TestUser][],
    users: TestUsers,
  ) {
    this.users = users;
    [this.auths, this.portals] = [cluster.of('auth'), cluster.of('portal')];
    this.victims = [this.auths[0]!, this.portals[0]!];
    this.live.add(reader);
  }

  static async prepare(cluster: Cluster): Promise<Scenario> {
    const users = new TestUsers(cluster);
    const auths = cluster.of('auth');
    const pair = (name: string) => Promise.all([users.signIn(name), users.signIn(name)]);
    const [reader, logoutUsers, pairs] = await Promise.all([
      users.signIn('reader'),
      Promise.all(auths.map(() => users.signIn('logoutUser'))),
      Promise.all(auths.map(({ name }) => pair(`pair-${name}`))),
    ]);
    return new Scenario(cluster, reader, logoutUsers, pairs, users);
  }

  /** Makes changes that an older dump or a lagging Redis replica does not contain, and starts the load of one user. */
  async startActivity(): Promise<void> {
    const early = await this.users.signIn('early');
    await this.add(this.reader, this.portals[0]!);
    await this.end(early, this.auths[0]!, 'logout', early);
    await this.expectEnded();
    const busy = await this.users.signIn('busy');
    this.live.add(busy);
    this.load = { by: busy, load: new Load(busy, this.portals) };
  }

  ask(user: TestUser, operation: Operation, member: Member, cookie = user.cookie): Promise<Exchange> {
    return user.send(operation, member, user.account, cookie);
  }

  async add(user: TestUser, member: Member): Promise<Exchange> {
    const exchange = await this.ask(user, { kind: 'add', name: 'tea', amount: 1 }, member);
    this.adds.push({ user, exchange });
    return exchange;
  }

  /** Revokes `target`'s session, and remembers its cookie if the revocation was acknowledged. */
  async end(user: TestUser, member: Member, kind: 'logout' | 'revoke-others', target: TestUser): Promise<Exchange> {
    const cookie = target.cookie!;
    const exchange = await this.ask(user, { kind }, member);
    if (outcomeOf(exchange) === 'done') this.ended.push({ user: target, cookie });
    return exchange;
  }

  async expectAccepted(user: TestUser, portals = this.portals): Promise<void> {
    for (const portal of portals)
      expect(await this.ask(user, { kind: 'read' }, portal)).toMatchObject({ response: { status: 200, user: user.user } });
  }

  /** Expects that every portal refuses every revoked session within T, and keeps refusing it. */
  async expectEnded(portals = this.portals): Promise<void> {
    const untilMs = performance.now() + BOUND_MS;
    for (const { user, cookie } of this.ended) {
      for (const portal of portals) {
        const read = () => this.ask(user, { kind: 'read' }, portal, cookie);
        while (!isLogout(await read()) && performance.now() < untilMs) await pause(20);
        expect(await read()).toMatchObject({ response: { status: 401 } });
      }
    }
  }

  /** Stops the load and returns its exchanges. */
  async stopLoad(): Promise<Exchange[]> {
    if (!this.load) return [];
    const { by, load } = this.load;
    this.load = null;
    const exchanges = await load.stop();
    for (const exchange of exchanges) if (exchange.operation.kind === 'add') this.adds.push({ user: by, exchange });
    return exchanges;
  }

  /** After recovery: no live session was lost, no revoked session is accepted, no change is lost. */
  async expectPromisesKept(): Promise<void> {
    for (const user of this.live) await this.expectAccepted(user);
    await this.expectEnded();
    for (const user of new Set(this.adds.map((add) => add.user)))
      for (const portal of this.portals) await this.expectTally(user, portal);
  }

  private async expectTally(user: TestUser, portal: Member): Promise<void> {
    const { response } = await this.ask(user, { kind: 'tally' }, portal);
    const own = this.adds.filter((add) => add.user === user);
    const acknowledged = own.filter(({ exchange }) => outcomeOf(exchange) === 'done').length;
    const possible = own.filter(({ exchange }) => outcomeOf(exchange) !== 'refused').length;
    expect(response).toMatchObject({ status: 200 });
    const tea = (response.kind === 'received' && response.tally?.['tea']) || 0;
    expect(tea).toBeGreaterThanOrEqual(acknowledged);
    expect(tea).toBeLessThanOrEqual(possible);
  }
}
