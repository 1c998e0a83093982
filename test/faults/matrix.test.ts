import { readFileSync } from 'node:fs';
import { Cluster } from '../../tools/chaos/cluster/cluster.ts';
import type { Member } from '../../tools/chaos/cluster/member.ts';
import { Canary } from '../../tools/chaos/faults/recovery.ts';
import { type FaultName, faults } from '../../tools/chaos/faults/catalogue.ts';
import type { Fault } from '../../tools/chaos/faults/fault.ts';
import { columns } from './columns.ts';
import { COLUMNS, MATRIX, rows, type Row } from './matrix.ts';
import { Scene } from './scene.ts';
import { type Exchange, outcomeOf } from '../../tools/chaos/history/history.ts';

/** Redis and Postgres deadlines together, once for loading and once for saving, plus what a busy machine may add. */
const LONGEST_ANSWER_MS = 2 * (150 + 1000) + 2000;

/** The longest that is allowed: the revocation bound. */
const NEAR_CACHE_MS = '1000';

describe.each([
  ['off', '0'],
  ['on', NEAR_CACHE_MS],
])('while one thing is broken, near cache %s', (_, nearCacheMs) => {
  let cluster: Cluster;
  let canary: Canary;

  beforeAll(async () => {
    // Longer than the default, so that a busy test machine is not taken for a second fault.
    cluster = await Cluster.start({
      auths: 2,
      portals: 2,
      env: { SESSION_REDIS_DEADLINE_MS: '400', SESSION_NEAR_CACHE_MS: nearCacheMs },
    });
    canary = new Canary(cluster);
  }, 60_000);

  afterAll(() => cluster.close());

  describe.each(rows())('$fault', ({ fault: name, cells }: Row) => {
    const fault: Fault = faults[name]();
    let scene!: Scene;
    let isHealed = false;

    beforeAll(async () => {
      await canary.untilFine();
      scene = await Scene.prepare(cluster);
      await fault.prepare?.(cluster);
      await scene.goOn();
      await fault.begin(cluster, scene.victims);
    }, 60_000);

    afterAll(async () => {
      await scene?.stopLoad();
      if (scene && !isHealed) await fault.heal(cluster, scene.victims);
    }, 60_000);

    it.each(COLUMNS)(
      '%s',
      async (column) => {
        const exchanges = await columns[column](scene, cells[column]);
        const times = exchanges.map(({ startMs, endMs }) => endMs - startMs);
        expect(Math.max(...times)).toBeLessThan(LONGEST_ANSWER_MS);
      },
      60_000,
    );

    it('afterwards all that was acknowledged is there, and what was ended stays ended', async () => {
      await fault.heal(cluster, scene.victims);
      isHealed = true;
      await canary.untilFine();
      expect(whatWasNoticed(await scene.stopLoad(), name, scene.victims)).toEqual([]);
      await scene.expectTheTruth();
      // The copy is gone: what is shown now is what the system of record holds.
      await cluster.redis.command('FLUSHALL');
      await scene.expectTheTruth();
    }, 60_000);
  });
});

it('the table of docs/faults.md is this one', () => {
  const text = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');
  expect(text).toContain(MATRIX);
});

/** What was not done in the very moment when it broke, or when it came back. A killed replica itself answers nothing, or 503 until it is ready again. */
function whatWasNoticed(load: Exchange[], fault: FaultName, victims: Member[]): Exchange[] {
  const expected = fault === 'replica killed' ? victims.map(({ name }) => name) : [];
  return load.filter(
    (exchange) => outcomeOf(exchange) !== 'done' && !(outcomeOf(exchange) === 'unknown' && expected.includes(exchange.replica)),
  );
}
