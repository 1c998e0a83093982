import { setTimeout as pause } from 'node:timers/promises';
import type { Member } from '../../tools/chaos/cluster/member.ts';
import type { Exchange } from '../../tools/chaos/history/history.ts';
import type { Person } from './people.ts';

const THINK_MS = 20;

/** One person who goes on reading and adding to the cart on every portal in turn, also in the very moment when something breaks. */
export class Load {
  readonly exchanges: Exchange[] = [];
  private readonly end = new AbortController();
  private readonly done: Promise<void>;

  constructor(person: Person, portals: Member[]) {
    this.done = this.run(person, portals);
  }

  async stop(): Promise<Exchange[]> {
    this.end.abort();
    await this.done;
    return this.exchanges;
  }

  private async run(person: Person, portals: Member[]): Promise<void> {
    for (let turn = 0; !this.end.signal.aborted; turn++) {
      const portal = portals[turn % portals.length]!;
      this.exchanges.push(await person.send({ kind: 'read' }, portal, person.account));
      this.exchanges.push(await person.send({ kind: 'add', sku: 'tea', quantity: 1 }, portal, person.account));
      await pause(THINK_MS);
    }
  }
}
