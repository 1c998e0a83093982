import type { Member } from '../support/breakable/member.ts';
import { type Exchange, outcomeOf } from '../support/visitors/exchange.ts';
import type { Cell, OperationName } from './matrix.ts';
import type { Scenario } from './scenario.ts';

const ROUNDS = 3;

/** Performs the operation on every replica, checks the outcome against the cell, and returns the exchanges. */
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
      await scenario.expectAccepted(user, alive(scenario, cell));
    }
    return logins;
  },

  async logout(scenario, cell) {
    const logouts: Exchange[] = [];
    for (const [index, auth] of scenario.auths.entries()) {
      const logoutUser = scenario.logoutUsers[index]!;
      logouts.push(expectCell(scenario, cell, auth, await scenario.end(logoutUser, auth, 'logout', logoutUser)));
    }
    await scenario.expectEnded(alive(scenario, cell));
    return logouts;
  },

  async 'revoke-all'(scenario, cell) {
    const revocations: Exchange[] = [];
    for (const [index, auth] of scenario.auths.entries()) {
      const [keeper, revoked] = scenario.pairs[index]!;
      revocations.push(expectCell(scenario, cell, auth, await scenario.end(keeper, auth, 'revoke-others', revoked)));
      scenario.live.add(keeper);
      await scenario.expectAccepted(keeper, alive(scenario, cell));
    }
    await scenario.expectEnded(alive(scenario, cell));
    return revocations;
  },
};

/** Runs `work` several times on every member, concurrently. */
async function everywhere(
  scenario: Scenario,
  members: Member[],
  cell: Cell,
  work: (member: Member) => Promise<Exchange>,
): Promise<Exchange[]> {
  const exchanges = members.flatMap((member) =>
    Array.from({ length: ROUNDS }, async () => expectCell(scenario, cell, member, await work(member))),
  );
  return Promise.all(exchanges);
}

function expectCell(scenario: Scenario, cell: Cell, member: Member, exchange: Exchange): Exchange {
  const isVictim = scenario.victims.includes(member);
  const { response } = exchange;
  if (cell === 'elsewhere' && isVictim) expect(response).toMatchObject({ kind: 'none' });
  else if (cell === '503' || (cell === '503 there' && isVictim))
    expect(response).toMatchObject({ status: 503, retryAfter: true, cookie: 'kept' });
  else if (outcomeOf(exchange) !== 'done') throw new Error(`Expected success: ${JSON.stringify(exchange)}`);
  return exchange;
}

const alive = (scenario: Scenario, cell: Cell) =>
  cell === 'elsewhere' ? scenario.portals.filter((portal) => !scenario.victims.includes(portal)) : scenario.portals;
