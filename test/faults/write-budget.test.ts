import { setTimeout as pause } from 'node:timers/promises';
import { Cluster } from '../../tools/chaos/cluster/cluster.ts';
import { Canary } from '../../tools/chaos/faults/recovery.ts';
import { PostgresStatements } from './postgres-statements.ts';
import { RedisChanges } from './redis-changes.ts';
import { expectTea, readCart, visitorsWithCart } from './visitors.ts';

const IDLE_SECONDS = 3;
const TOUCH_SECONDS = 1;

describe('what reading a session costs', () => {
  let cluster: Cluster;
  let impatient: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.start({ auths: 1, portals: 2 });
    impatient = await Cluster.start({
      auths: 0,
      portals: 1,
      env: { SESSION_IDLE_SECONDS: String(IDLE_SECONDS), SESSION_TOUCH_SECONDS: String(TOUCH_SECONDS) },
    });
    await Promise.all([cluster, impatient].map((each) => new Canary(each).untilFine()));
  }, 60_000);

  afterAll(async () => {
    await cluster.close();
    await impatient.close();
  });

  it('1,000 reads of one session cost at most 50 writes, in both stores together', async () => {
    const portals = cluster.of('portal');
    const statements = new PostgresStatements(cluster.postgres);
    await statements.install();
    const [cookie] = await visitorsWithCart(portals, 1);
    const changes = await RedisChanges.watch(cluster.redis);
    await statements.forget();
    for (let round = 0; round < 50; round++) {
      expectTea(await Promise.all(Array.from({ length: 20 }, (_, request) => readCart(portals[request % 2]!, cookie!))));
    }
    expect((await statements.writes()) + (await changes.stop())).toBeLessThanOrEqual(50);
  }, 120_000);

  it('a session that is used outlives the idle timeout, and one that is not ends: never early, at most one touch interval late', async () => {
    const [portal] = impatient.of('portal');
    const [first, second] = await visitorsWithCart([portal!], 2);
    const usedUntilMs = performance.now() + (IDLE_SECONDS + TOUCH_SECONDS + 1) * 1000;
    while (performance.now() < usedUntilMs) {
      expectTea([await readCart(portal!, first!), await readCart(portal!, second!)]);
      await pause(250);
    }
    await pause(IDLE_SECONDS * 1000 - 500);
    expectTea([await readCart(portal!, first!)]);
    await pause(TOUCH_SECONDS * 1000 + 1000);
    expect(await readCart(portal!, second!)).toMatchObject({ status: 401 });
  }, 60_000);
});
