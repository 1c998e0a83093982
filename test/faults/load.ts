import { setTimeout as pause } from 'node:timers/promises';
import type { Member } from '../support/breakable/member.ts';
import type { Exchange } from '../support/visitors/exchange.ts';
import type { TestUser } from './test-users.ts';

const THINK_MS = 20;

/** A user who reads and writes on every portal in turn, before, during and after a fault. */
export class Load {
  readonly exchanges: Exchange[] = [];
  private readonly end = new AbortController();
  private readonly done: Promise<void>;

  constructor(user: TestUser, portals: Member[]) {
    this.done = this.run(user, portals);
  }

  async stop(): Promise<Exchange[]> {
    this.end.abort();
    await this.done;
    return this.exchanges;
  }

  private async run(user: TestUser, portals: Member[]): Promise<void> {
    for (let turn = 0; !this.end.signal.aborted; turn++) {
      const portal = portals[turn % portals.length]!;
      this.exchanges.push(await user.send({ kind: 'read' }, portal, user.account));
      this.exchanges.push(await user.send({ kind: 'add', name: 'tea', amount: 1 }, portal, user.account));
      await pause(THINK_MS);
    }
  }
}
