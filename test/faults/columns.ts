import type { Member } from '../../tools/chaos/cluster/member.ts';
import { type Exchange, outcomeOf } from '../../tools/chaos/history/history.ts';
import type { Cell, Column } from './matrix.ts';
import type { Scene } from './scene.ts';

const ROUNDS = 3;

/** Does what the column is about on every replica, and expects what the cell says. Returns what was asked. */
export const columns: Record<Column, (scene: Scene, cell: Cell) => Promise<Exchange[]>> = {
  async read(scene, cell) {
    return everywhere(scene, scene.portals, cell, (portal) => scene.ask(scene.reader, { kind: 'read' }, portal));
  },

  async save(scene, cell) {
    return everywhere(scene, scene.portals, cell, (portal) => scene.add(scene.reader, portal));
  },

  async login(scene, cell) {
    const logins: Exchange[] = [];
    for (const auth of scene.auths) {
      const person = await scene.people.known('reader');
      logins.push(expectCell(scene, cell, auth, await scene.ask(person, { kind: 'login', certain: true }, auth)));
      if (!person.cookie) continue;
      scene.live.add(person);
      await scene.expectHonoured(person, alive(scene, cell));
    }
    return logins;
  },

  async logout(scene, cell) {
    const logouts: Exchange[] = [];
    for (const [index, auth] of scene.auths.entries()) {
      const leaver = scene.leavers[index]!;
      logouts.push(expectCell(scene, cell, auth, await scene.end(leaver, auth, 'logout', leaver)));
    }
    await scene.expectEnded(alive(scene, cell));
    return logouts;
  },

  async 'revoke-all'(scene, cell) {
    const revocations: Exchange[] = [];
    for (const [index, auth] of scene.auths.entries()) {
      const [staying, leaving] = scene.pairs[index]!;
      revocations.push(expectCell(scene, cell, auth, await scene.end(staying, auth, 'revoke-others', leaving)));
      scene.live.add(staying);
      await scene.expectHonoured(staying, alive(scene, cell));
    }
    await scene.expectEnded(alive(scene, cell));
    return revocations;
  },
};

/** On every member at the same time, a few times over. */
async function everywhere(
  scene: Scene,
  members: Member[],
  cell: Cell,
  work: (member: Member) => Promise<Exchange>,
): Promise<Exchange[]> {
  const asked = members.flatMap((member) =>
    Array.from({ length: ROUNDS }, async () => expectCell(scene, cell, member, await work(member))),
  );
  return Promise.all(asked);
}

function expectCell(scene: Scene, cell: Cell, member: Member, exchange: Exchange): Exchange {
  const isVictim = scene.victims.includes(member);
  const { answer } = exchange;
  if (cell === 'elsewhere' && isVictim) expect(answer).toMatchObject({ kind: 'none' });
  else if (cell === '503' || (cell === '503 there' && isVictim))
    expect(answer).toMatchObject({ status: 503, retryAfter: true, cookie: 'kept' });
  else if (outcomeOf(exchange) !== 'done') throw new Error(`not done: ${JSON.stringify(exchange)}`);
  return exchange;
}

const alive = (scene: Scene, cell: Cell) =>
  cell === 'elsewhere' ? scene.portals.filter((portal) => !scene.victims.includes(portal)) : scene.portals;
