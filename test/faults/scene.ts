import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../../tools/chaos/cluster/cluster.ts';
import type { Member } from '../../tools/chaos/cluster/member.ts';
import { type Exchange, isLogoutAnswer, type Operation, outcomeOf } from '../../tools/chaos/history/history.ts';
import type { Cookie } from '../../tools/chaos/visitors/browser.ts';
import { Load } from './load.ts';
import { People, type Person } from './people.ts';

/** T, and what a busy machine may add. */
const BOUND_MS = 1000 + 1500;

/** The people of one row of the matrix: signed in while all is whole, and what is promised to them during the fault and afterwards. */
export class Scene {
  readonly people: People;
  readonly auths: Member[];
  readonly portals: Member[];
  /** One replica of each app, for faults that are about single replicas. */
  readonly victims: Member[];
  readonly live = new Set<Person>();
  private readonly ended: { person: Person; cookie: Cookie }[] = [];
  private readonly adds: { person: Person; exchange: Exchange }[] = [];
  private load: { by: Person; load: Load } | null = null;

  private constructor(
    cluster: Cluster,
    readonly reader: Person,
    readonly leavers: Person[],
    readonly pairs: [Person, Person][],
    people: People,
  ) {
    this.people = people;
    [this.auths, this.portals] = [cluster.of('auth'), cluster.of('portal')];
    this.victims = [this.auths[0]!, this.portals[0]!];
    this.live.add(reader);
  }

  static async prepare(cluster: Cluster): Promise<Scene> {
    const people = new People(cluster);
    const leavers: Person[] = [];
    const pairs: [Person, Person][] = [];
    for (const { name } of cluster.of('auth')) {
      leavers.push(await people.signIn('leaver'));
      pairs.push([await people.signIn(`pair-${name}`), await people.signIn(`pair-${name}`)]);
    }
    return new Scene(cluster, await people.signIn('reader'), leavers, pairs, people);
  }

  /** What an older dump, or a replica of Redis that lags, does not know of; and somebody who goes on all the time. */
  async goOn(): Promise<void> {
    const early = await this.people.signIn('early');
    await this.add(this.reader, this.portals[0]!);
    await this.end(early, this.auths[0]!, 'logout', early);
    await this.expectEnded();
    const busy = await this.people.signIn('busy');
    this.live.add(busy);
    this.load = { by: busy, load: new Load(busy, this.portals) };
  }

  ask(person: Person, operation: Operation, member: Member, cookie = person.cookie): Promise<Exchange> {
    return person.send(operation, member, person.account, cookie);
  }

  async add(person: Person, member: Member): Promise<Exchange> {
    const exchange = await this.ask(person, { kind: 'add', sku: 'tea', quantity: 1 }, member);
    this.adds.push({ person, exchange });
    return exchange;
  }

  /** Asks for the end of `ending`'s session, and remembers it if that was acknowledged. */
  async end(person: Person, member: Member, kind: 'logout' | 'revoke-others', ending: Person): Promise<Exchange> {
    const cookie = ending.cookie!;
    const exchange = await this.ask(person, { kind }, member);
    if (outcomeOf(exchange) === 'done') this.ended.push({ person: ending, cookie });
    return exchange;
  }

  async expectHonoured(person: Person, portals = this.portals): Promise<void> {
    for (const portal of portals)
      expect(await this.ask(person, { kind: 'read' }, portal)).toMatchObject({ answer: { status: 200, user: person.user } });
  }

  /** Every ended session is refused by every portal, within T, and then for good. */
  async expectEnded(portals = this.portals): Promise<void> {
    const untilMs = performance.now() + BOUND_MS;
    for (const { person, cookie } of this.ended) {
      for (const portal of portals) {
        const read = () => this.ask(person, { kind: 'read' }, portal, cookie);
        while (!isLogoutAnswer(await read()) && performance.now() < untilMs) await pause(20);
        expect(await read()).toMatchObject({ answer: { status: 401 } });
      }
    }
  }

  /** Returns what the person who went on all the time was told. */
  async stopLoad(): Promise<Exchange[]> {
    if (!this.load) return [];
    const { by, load } = this.load;
    this.load = null;
    const exchanges = await load.stop();
    for (const exchange of exchanges) if (exchange.operation.kind === 'add') this.adds.push({ person: by, exchange });
    return exchanges;
  }

  /** All is whole again: nobody was logged out, nobody came back, nothing is lost. */
  async expectTheTruth(): Promise<void> {
    for (const person of this.live) await this.expectHonoured(person);
    await this.expectEnded();
    for (const person of new Set(this.adds.map((add) => add.person)))
      for (const portal of this.portals) await this.expectCart(person, portal);
  }

  private async expectCart(person: Person, portal: Member): Promise<void> {
    const { answer } = await this.ask(person, { kind: 'cart' }, portal);
    const own = this.adds.filter((add) => add.person === person);
    const acknowledged = own.filter(({ exchange }) => outcomeOf(exchange) === 'done').length;
    const possible = own.filter(({ exchange }) => outcomeOf(exchange) !== 'refused').length;
    expect(answer).toMatchObject({ status: 200 });
    const tea = (answer.kind === 'answered' && answer.cart?.['tea']) || 0;
    expect(tea).toBeGreaterThanOrEqual(acknowledged);
    expect(tea).toBeLessThanOrEqual(possible);
  }
}
