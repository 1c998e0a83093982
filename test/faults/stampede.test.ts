/** @seconds 20 */
import { Cluster } from '../support/breakable/cluster.ts';
import type { Member } from '../support/breakable/member.ts';
import { Canary } from '../support/breakable/canary.ts';
import { PostgresStatements } from './postgres-statements.ts';
import { expectTea, readTally, visitorsWithTally } from './visitors.ts';

const SESSIONS = 1000;
const AT_ONCE = 50;
/** Counts reads that miss in Redis, not reads that time out: a busy machine may exceed the usual deadlines. */
const PATIENT = { SESSION_REDIS_DEADLINE_MS: '10000', SESSION_POSTGRES_DEADLINE_MS: '10000' };

describe('when Redis loses everything at once', () => {
  let cluster: Cluster;
  let statements: PostgresStatements;
  let portals: Member[];
  let canary: Canary;

  beforeAll(async () => {
    cluster = await Cluster.start({ auths: 1, portals: 2, env: PATIENT });
    canary = new Canary(cluster);
    await canary.untilFine();
    portals = cluster.of('portal');
    statements = new PostgresStatements(cluster.postgres);
    await statements.install();
  }, 60_000);

  afterAll(() => cluster.close());

  const portalFor = (visitor: number) => portals[visitor % portals.length]!;

  it('one hot session is read 500 times at once on two replicas: at most one Postgres read per replica', async () => {
    const [cookie] = await visitorsWithTally(portals, 1);
    await cluster.redis.command('FLUSHALL');
    await statements.forget();
    expectTea(await Promise.all(Array.from({ length: 500 }, (_, request) => readTally(portalFor(request), cookie!))));
    const reads = await statements.reads();
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(portals.length);
  }, 60_000);

  it('logs nobody out of 1,000 sessions, and is over after one read of each', async () => {
    const cookies = await visitorsWithTally(portals, SESSIONS, AT_ONCE);
    await cluster.redis.command('FLUSHALL');
    await statements.forget();
    await everybodyReads(cookies, 0);
    expect(await statements.reads()).toBeLessThanOrEqual(SESSIONS);

    // The first reads may precede the replicas' trust in the empty Redis, so their sessions are not in it yet.
    await canary.untilFine();
    await everybodyReads(cookies, 0);
    await statements.forget();
    await everybodyReads(cookies, 1);
    expect(await statements.reads()).toBe(0);
  }, 60_000);

  /** One read per visitor; `turn` selects the replica. */
  async function everybodyReads(cookies: string[], turn: number): Promise<void> {
    for (let from = 0; from < cookies.length; from += AT_ONCE) {
      const some = cookies.slice(from, from + AT_ONCE);
      expectTea(await Promise.all(some.map((cookie, i) => readTally(portalFor(from + i + turn), cookie))));
    }
  }
});
