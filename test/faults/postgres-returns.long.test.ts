/** @seconds 90 */
import { setTimeout as pause } from 'node:timers/promises';
import { Canary } from '../support/breakable/canary.ts';
import { Cluster, type ClusterOptions } from '../support/breakable/cluster.ts';
import type { Member } from '../support/breakable/member.ts';
import { CORRECT, SessionsInUse, type Figures } from './sessions-in-use.ts';

const LATE_MS = 400;
const LATE_FOR_MS = 1500;
const IDLE_SECONDS = 4;
const TOUCH_SECONDS = 1;
const AFTER_MS = 3000;

/** What only Redis knows, nobody may undo from Postgres: not before it is drained, and not because Redis is late meanwhile. */
describe('Postgres returns while Redis holds changes of its own', () => {
  let cluster: Cluster;
  let canary: Canary;

  const start = async (options: Partial<ClusterOptions> = {}) => {
    cluster = await Cluster.start({ auths: 2, portals: 2, ...options });
    canary = new Canary(cluster);
    await canary.untilRecovered();
  };

  afterEach(() => cluster.close(), 60_000);

  it('and answers late: no logged-out session is honoured, no change is missing, nobody is logged out', async () => {
    await start();
    const sessions = await SessionsInUse.open(cluster);
    await cluster.postgres.kill();
    await sessions.endAndChange();
    slowDownRedis();
    await cluster.postgres.startAgain();
    expect(await duringRecovery(sessions)).toMatchObject(CORRECT);
    await expectKept(sessions);
  }, 120_000);

  it('after longer than the idle time: sessions used meanwhile are live', async () => {
    await start({ env: { SESSION_IDLE_SECONDS: String(IDLE_SECONDS), SESSION_TOUCH_SECONDS: String(TOUCH_SECONDS) } });
    const sessions = await SessionsInUse.open(cluster, { idleMs: IDLE_SECONDS * 1000 });
    await cluster.postgres.kill();
    expect(await watched(sessions, (IDLE_SECONDS + 2 * TOUCH_SECONDS + 1) * 1000)).toMatchObject(CORRECT);
    await sessions.endAndChange();
    slowDownRedis();
    await cluster.postgres.startAgain();
    expect(await duringRecovery(sessions)).toMatchObject(CORRECT);
  }, 120_000);

  it('and the replicas that acknowledged them are dead, and another has not noticed the outage', async () => {
    await start({ portals: 3 });
    const [first, ...idle] = cluster.of('portal') as [Member, ...Member[]];
    const sessions = await SessionsInUse.open(cluster);
    await cluster.postgres.kill();
    await sessions.endAndChange(cluster.of('auth').slice(0, 1), [first]);
    await Promise.all([cluster.of('auth')[0]!.kill(), first.kill()]);
    slowDownRedis();
    await cluster.postgres.startAgain();
    expect(await duringRecovery(sessions, idle)).toMatchObject(CORRECT);
    await Promise.all([cluster.of('auth')[0]!.start(), first.start()]);
    await expectKept(sessions);
  }, 120_000);

  it('and it was only frozen', async () => {
    await start({ portals: 3 });
    const [first, ...idle] = cluster.of('portal') as [Member, ...Member[]];
    const sessions = await SessionsInUse.open(cluster);
    cluster.postgres.freeze();
    await sessions.endAndChange(cluster.of('auth').slice(0, 1), [first]);
    await pause(3000);
    slowDownRedis();
    cluster.postgres.thaw();
    expect(await duringRecovery(sessions, [first, ...idle])).toMatchObject(CORRECT);
    await expectKept(sessions);
  }, 120_000);

  it('and Redis is frozen: neither is believed for what only Redis knows, until it responds again', async () => {
    await start();
    const sessions = await SessionsInUse.open(cluster);
    await cluster.postgres.kill();
    await sessions.endAndChange();
    await pause(1500);
    cluster.redis.freeze();
    await cluster.postgres.startAgain();
    expect(await watched(sessions, 5000)).toMatchObject(CORRECT);
    cluster.redis.thaw();
    await expectKept(sessions);
  }, 120_000);

  it('but Redis is long dead: Postgres alone serves every session', async () => {
    await start();
    const sessions = await SessionsInUse.open(cluster);
    await cluster.redis.kill();
    await sessions.endAndChange();
    await pause(5000);
    await cluster.postgres.kill();
    await pause(500);
    await cluster.postgres.startAgain();
    expect(await watched(sessions, 5000)).toMatchObject(CORRECT);
    expect(await sessions.check()).toMatchObject({ ...CORRECT, unavailable: 0 });
    await cluster.redis.startAgain('empty');
    await expectKept(sessions);
  }, 120_000);

  function slowDownRedis(): void {
    for (const { links } of cluster.members) links.redis.slow(LATE_MS);
  }

  /** From the start of Postgres: Redis is late, then it is not. */
  async function duringRecovery(sessions: SessionsInUse, portals = cluster.of('portal')): Promise<Figures> {
    const { figures } = await sessions.watchedDuring(
      async () => {
        await pause(LATE_FOR_MS);
        for (const { links } of cluster.members) await links.redis.heal();
        await pause(AFTER_MS);
      },
      { portals },
    );
    return figures;
  }

  /** After recovery, in Redis and in Postgres. */
  async function expectKept(sessions: SessionsInUse): Promise<void> {
    await canary.untilRecovered();
    expect(await sessions.check()).toMatchObject({ ...CORRECT, unavailable: 0 });
    await cluster.redis.command('FLUSHALL');
    expect(await sessions.check()).toMatchObject({ ...CORRECT, unavailable: 0 });
  }
});

const watched = async (sessions: SessionsInUse, ms: number) => (await sessions.watchedDuring(() => pause(ms))).figures;
