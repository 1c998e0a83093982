import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../../../test/support/breakable/cluster.ts';
import type { Member } from '../../../test/support/breakable/member.ts';
import type { FaultSpan } from '../history/history.ts';
import type { Random } from '../random.ts';
import { type FaultName, faultNames, faults } from '../../../test/support/breakable/catalogue.ts';
import type { Fault } from '../../../test/support/breakable/fault.ts';
import type { Canary } from '../../../test/support/breakable/canary.ts';

export interface PlannedFault {
  name: FaultName;
  victim: string;
  calmMs: number;
  holdMs: number;
}

/** What will break, in which order, for how long. Every fault comes once before one comes again. */
export function* plan(random: Random, members: string[]): Generator<PlannedFault> {
  for (;;) {
    for (const name of random.shuffled(faultNames)) {
      yield { name, victim: random.pick(members), calmMs: random.between(200, 800), holdMs: random.between(500, 2500) };
    }
  }
}

/** Breaks one thing at a time, mends it, and waits until all have recovered: what two faults at once may lose is written down, not tested here. */
export async function* breakThings(cluster: Cluster, canary: Canary, planned: Iterable<PlannedFault>): AsyncGenerator<FaultSpan> {
  for (const next of planned) {
    const victim = cluster.members.find(({ name }) => name === next.victim)!;
    yield await breakOnce(cluster, canary, next, victim);
  }
}

async function breakOnce(
  cluster: Cluster,
  canary: Canary,
  { name, calmMs, holdMs }: PlannedFault,
  victim: Member,
): Promise<FaultSpan> {
  const fault: Fault = faults[name]();
  await fault.prepare?.(cluster);
  await pause(calmMs);
  const startMs = performance.now();
  await fault.begin(cluster, [victim]);
  await pause(holdMs);
  await fault.heal(cluster, [victim]);
  await canary.untilFine();
  return { name: `${name} (${victim.name})`, startMs, endMs: performance.now() };
}
