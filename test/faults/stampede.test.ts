/** @seconds 20 */
import { Cluster } from '../support/breakable/cluster.ts';
import type { Member } from '../support/breakable/member.ts';
import { Canary } from '../support/breakable/canary.ts';
import { PostgresStatements } from './postgres-statements.ts';
import { expectTea, readTally, visitorsWithTally } from './visitors.ts';

const SESSIONS = 1000;
const AT_ONCE = 50;
/** Only reads that miss Redis are to be counted; on a busy machine, the default deadlines would add reads that time out. */
const LONG_DEADLINES = { SESSION_REDIS_DEADLINE_MS: '10000', SESSION_POSTGRES_DEADLINE_MS: '10000' };

describe('a flushed Redis', () => {
  let cluster: Cluster;
  let statements: PostgresStatements;
  let portals: Member[];
  let canary: Canary;

  beforeAll(async () => {
    cluster = await Cluster.start({ auths: 1, portals: 2, env: LONG_DEADLINES });
    canary = new Canary(cluster);
    await canary.untilRecovered();
    portals = cluster.of('portal');
    statements = new PostgresStatements(cluster.postgres);
    await statements.install();
  }, 60_000);

  afterAll(() => cluster.close());

  const portalFor = (visitor: number) => portals[visitor % portals.length]!;

  it('causes at most one Postgres read per replica for 500 concurrent reads of one session', async () => {
    const [cookie] = await visitorsWithTally(portals, 1);
    await cluster.redis.command('FLUSHALL');
    await statements.forget();
    expectTea(await Promise.all(Array.from({ length: 500 }, (_, request) => readTally(portalFor(request), cookie!))));
    const reads = await statements.reads();
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(portals.length);
  }, 60_000);

  it('logs out none of 1,000 sessions, and Redis serves each again after one Postgres read', async () => {
    const cookies = await visitorsWithTally(portals, SESSIONS, AT_ONCE);
    await cluster.redis.command('FLUSHALL');
    await statements.forget();
    await readAll(cookies, 0);
    expect(await statements.reads()).toBeLessThanOrEqual(SESSIONS);

    // Reads that came before the replicas trusted the empty Redis did not fill it.
    await canary.untilRecovered();
    await readAll(cookies, 0);
    await statements.forget();
    await readAll(cookies, 1);
    expect(await statements.reads()).toBe(0);
  }, 60_000);

  /** One read per visitor; `turn` selects the replica. */
  async function readAll(cookies: string[], turn: number): Promise<void> {
    for (let from = 0; from < cookies.length; from += AT_ONCE) {
      const some = cookies.slice(from, from + AT_ONCE);
      expectTea(await Promise.all(some.map((cookie, i) => readTally(portalFor(from + i + turn), cookie))));
    }
  }
});
