import { Cluster } from '../support/breakable/cluster.ts';
import type { Member } from '../support/breakable/member.ts';
import { Canary } from '../support/breakable/canary.ts';
import { type FaultName, faults } from '../support/breakable/catalogue.ts';
import type { Fault } from '../support/breakable/fault.ts';
import { operations } from './operations.ts';
import { OPERATIONS, type Row } from './matrix.ts';
import { Scenario } from './scenario.ts';
import { type Exchange, outcomeOf } from '../support/visitors/exchange.ts';

/** The deadlines of Redis and Postgres together, for loading and for saving, plus slack for a busy machine. */
const LONGEST_RESPONSE_MS = 2 * (150 + 1000) + 2000;

/** Longer than the defaults, so that a busy test machine does not count as a second fault; their sum is within LONGEST_RESPONSE_MS. */
const LONG_DEADLINES = { SESSION_REDIS_DEADLINE_MS: '400', SESSION_POSTGRES_DEADLINE_MS: '1500' };
/** Every row registers its own users. */
const NO_THROTTLE = { REGISTRATIONS_PER_ADDRESS: '1000' };

/** Tests these rows of the matrix on a private cluster. */
export function testMatrix(tested: Row[], env: Record<string, string> = {}): void {
  let cluster: Cluster;
  let canary: Canary;

  beforeAll(async () => {
    cluster = await Cluster.start({
      auths: 2,
      portals: 2,
      env: { ...LONG_DEADLINES, ...NO_THROTTLE, ...env },
    });
    canary = new Canary(cluster);
  }, 60_000);

  afterAll(() => cluster.close());

  describe.each(tested)('$fault', ({ fault: name, cells }: Row) => {
    const fault: Fault = faults[name]();
    let scenario!: Scenario;
    let isHealed = false;

    beforeAll(async () => {
      await canary.untilRecovered();
      scenario = await Scenario.prepare(cluster);
      await fault.prepare?.(cluster);
      await scenario.startActivity();
      await fault.begin(cluster, scenario.victims);
    }, 60_000);

    afterAll(async () => {
      await scenario?.stopLoad();
      if (scenario && !isHealed) await fault.heal(cluster, scenario.victims);
    }, 60_000);

    it.each(OPERATIONS)(
      '%s',
      async (operation) => {
        const exchanges = await operations[operation](scenario, cells[operation]);
        const times = exchanges.map(({ startMs, endMs }) => endMs - startMs);
        expect(Math.max(...times)).toBeLessThan(LONGEST_RESPONSE_MS);
      },
      60_000,
    );

    it('after recovery: every acknowledged change is readable, and revoked sessions stay revoked', async () => {
      await fault.heal(cluster, scenario.victims);
      isHealed = true;
      await canary.untilRecovered();
      expect(unexpectedFailures(await scenario.stopLoad(), name, scenario.victims)).toEqual([]);
      await scenario.expectPromisesKept();
      // Without copies, reads return what Postgres holds.
      await cluster.redis.command('FLUSHALL');
      await scenario.expectPromisesKept();
    }, 60_000);
  });
}

/** Requests that failed during the fault or its repair. A killed replica may not respond, or may respond with 503 until it is ready. */
function unexpectedFailures(load: Exchange[], fault: FaultName, victims: Member[]): Exchange[] {
  const expected = fault === 'replica killed' ? victims.map(({ name }) => name) : [];
  return load.filter(
    (exchange) => outcomeOf(exchange) !== 'done' && !(outcomeOf(exchange) === 'unknown' && expected.includes(exchange.replica)),
  );
}
