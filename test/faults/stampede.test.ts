import { Cluster } from '../../tools/chaos/cluster/cluster.ts';
import type { Member } from '../../tools/chaos/cluster/member.ts';
import { Canary } from '../../tools/chaos/faults/recovery.ts';
import { PostgresStatements } from './postgres-statements.ts';
import { expectTea, readCart, visitorsWithCart } from './visitors.ts';

describe('when Redis has lost everything at once', () => {
  let cluster: Cluster;
  let statements: PostgresStatements;
  let portals: Member[];

  beforeAll(async () => {
    cluster = await Cluster.start({ auths: 1, portals: 2 });
    await new Canary(cluster).untilFine();
    portals = cluster.of('portal');
    statements = new PostgresStatements(cluster.postgres);
    await statements.install();
  }, 60_000);

  afterAll(() => cluster.close());

  const portalFor = (visitor: number) => portals[visitor % portals.length]!;

  it('one hot session is read 500 times at once on two replicas: at most one Postgres read per replica', async () => {
    const [cookie] = await visitorsWithCart(portals, 1);
    await cluster.redis.command('FLUSHALL');
    await statements.forget();
    expectTea(await Promise.all(Array.from({ length: 500 }, (_, request) => readCart(portalFor(request), cookie!))));
    const reads = await statements.reads();
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(portals.length);
  }, 60_000);
});
