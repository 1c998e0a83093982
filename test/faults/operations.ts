import type { Member } from '../support/breakable/member.ts';
import { type Exchange, outcomeOf } from '../support/visitors/exchange.ts';
import type { Cell, OperationName } from './matrix.ts';
import type { Scenario } from './scenario.ts';

const ROUNDS = 3;

/** Performs the operation on every replica, expects what the cell states, and returns the exchanges. */
export const operations: Record<OperationName, (scenario: Scenario, cell: Cell) => Promise<Exchange[]>> = {
  async read(scenario, cell) {
    return everywhere(scenario, scenario.portals, cell, (portal) => scenario.ask(scenario.reader, { kind: 'read' }, portal));
  },

  async save(scenario, cell) {
    return everywhere(scenario, scenario.portals, cell, (portal) => scenario.add(scenario.reader, portal));
  },

  async login(scenario, cell) {
    const logins: Exchange[] = [];
    for (const auth of scenario.auths) {
      const user = await scenario.users.known('reader');
      logins.push(expectCell(scenario, cell, auth, await scenario.ask(user, { kind: 'login', certain: true }, auth)));
      if (!user.cookie) continue;
      scenario.live.add(user);
      await scenario.expectHonoured(user, alive(scenario, cell));
    }
    return logins;
  },

  async logout(scenario, cell) {
    const logouts: Exchange[] = [];
    for (const [index, auth] of scenario.auths.entries()) {
      const leaver = scenario.leavers[index]!;
      logouts.push(expectCell(scenario, cell, auth, await scenario.end(leaver, auth, 'logout', leaver)));
    }
    await scenario.expectEnded(alive(scenario, cell));
    return logouts;
  },

  async 'revoke-all'(scenario, cell) {
    const revocations: Exchange[] = [];
    for (const [index, auth] of scenario.auths.entries()) {
      const [staying, leaving] = scenario.pairs[index]!;
      revocations.push(expectCell(scenario, cell, auth, await scenario.end(staying, auth, 'revoke-others', leaving)));
      scenario.live.add(staying);
      await scenario.expectHonoured(staying, alive(scenario, cell));
    }
    await scenario.expectEnded(alive(scenario, cell));
    return revocations;
  },
};

/** On every member at the same time, several times. */
async function everywhere(
  scenario: Scenario,
  members: Member[],
  cell: Cell,
  work: (member: Member) => Promise<Exchange>,
): Promise<Exchange[]> {
  const asked = members.flatMap((member) =>
    Array.from({ length: ROUNDS }, async () => expectCell(scenario, cell, member, await work(member))),
  );
  return Promise.all(asked);
}

function expectCell(scenario: Scenario, cell: Cell, member: Member, exchange: Exchange): Exchange {
  const isVictim = scenario.victims.includes(member);
  const { response } = exchange;
  if (cell === 'elsewhere' && isVictim) expect(response).toMatchObject({ kind: 'none' });
  else if (cell === '503' || (cell === '503 there' && isVictim))
    expect(response).toMatchObject({ status: 503, retryAfter: true, cookie: 'kept' });
  else if (outcomeOf(exchange) !== 'done') throw new Error(`not done: ${JSON.stringify(exchange)}`);
  return exchange;
}

const alive = (scenario: Scenario, cell: Cell) =>
  cell === 'elsewhere' ? scenario.portals.filter((portal) => !scenario.victims.includes(portal)) : scenario.portals;
