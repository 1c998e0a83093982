/** @seconds 25 */
import { setTimeout as pause } from 'node:timers/promises';
import { Cluster } from '../support/breakable/cluster.ts';
import { Canary } from '../support/breakable/canary.ts';
import { PostgresStatements } from './postgres-statements.ts';
import { RedisChanges } from './redis-changes.ts';
import type { Member } from '../support/breakable/member.ts';
import { chooseTheme, expectTea, readTally, visitorsWithTally } from './visitors.ts';

const IDLE_SECONDS = 4;
const TOUCH_SECONDS = 1;
/** Maximum difference between the clocks of the stores and of this process. */
const CLOCK_MS = 250;

describe('reading a session', () => {
  let cluster: Cluster;
  let shortIdle: Cluster;

  beforeAll(async () => {
    const clocks = { SESSION_IDLE_SECONDS: String(IDLE_SECONDS), SESSION_TOUCH_SECONDS: String(TOUCH_SECONDS) };
    [cluster, shortIdle] = await Promise.all([
      Cluster.start({ auths: 1, portals: 2 }),
      Cluster.start({ auths: 0, portals: 1, env: clocks }),
    ]);
    await Promise.all([cluster, shortIdle].map((each) => new Canary(each).untilRecovered()));
  }, 60_000);

  afterAll(async () => {
    await Promise.all([cluster.close(), shortIdle.close()]);
  });

  it('causes at most 50 writes in both stores together for 1,000 reads', async () => {
    const portals = cluster.of('portal');
    const statements = new PostgresStatements(cluster.postgres);
    await statements.install();
    const [cookie] = await visitorsWithTally(portals, 1);
    const changes = await RedisChanges.watch(cluster.redis);
    await statements.forget();
    for (let round = 0; round < 50; round++) {
      expectTea(await Promise.all(Array.from({ length: 20 }, (_, request) => readTally(portals[request % 2]!, cookie!))));
    }
    const [inPostgres, inRedis] = [await statements.writes(), await changes.soFar()];
    expect(inPostgres + inRedis).toBeLessThanOrEqual(50);

    // Proves that both counters work: a change is written to both stores.
    await chooseTheme(portals[0]!, cookie!);
    expect(await statements.writes()).toBeGreaterThan(inPostgres);
    expect(await changes.soFar()).toBeGreaterThan(inRedis);
    await changes.stop();
  }, 120_000);

  it('extends the idle timeout; an unused session expires, never early and at most one touch interval late', async () => {
    const [portal] = shortIdle.of('portal');
    const [used, unused] = await visitorsWithTally([portal!], 2);
    const start = performance.now();
    let usedAt = start;
    while (usedAt - start < (IDLE_SECONDS + TOUCH_SECONDS + 1) * 1000) {
      usedAt = await use(portal!, used!, usedAt);
      await pause(250);
    }
    await pause(usedAt + (IDLE_SECONDS - 1) * 1000 - performance.now());
    await use(portal!, used!, usedAt);
    const repliedAt = performance.now();
    // It was unused for longer than the idle timeout plus one touch interval.
    expect(await readTally(portal!, unused!)).toMatchObject({ status: 401 });
    await pause(repliedAt + (IDLE_SECONDS + TOUCH_SECONDS) * 1000 + CLOCK_MS - performance.now());
    expect(await readTally(portal!, used!)).toMatchObject({ status: 401 });
  }, 60_000);
});

/** Reads within the idle timeout since the last use. Returns the time of the read. @throws if the machine stalled for longer. */
async function use(portal: Member, cookie: string, usedAt: number): Promise<number> {
  const askedAt = performance.now();
  const reply = await readTally(portal, cookie);
  if (performance.now() - usedAt >= IDLE_SECONDS * 1000)
    throw new Error('This machine stalled for longer than the idle timeout: run it again.');
  expectTea([reply]);
  return askedAt;
}
