import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../../../test/support/breakable/cluster.ts';
import type { Member } from '../../../test/support/breakable/member.ts';
import type { FaultSpan } from '../history/history.ts';
import type { Random } from '../../../test/support/random.ts';
import { type FaultName, faultNames, faults } from '../../../test/support/breakable/catalogue.ts';
import type { Fault } from '../../../test/support/breakable/fault.ts';
import type { Canary } from '../../../test/support/breakable/canary.ts';

export interface PlannedFault {
  name: FaultName;
  victim: string;
  calmMs: number;
  holdMs: number;
  /** Only for faults of slow stores. */
  lateMs: number;
}

export interface PlanOptions {
  members: string[];
  /** Default: all. */
  names?: FaultName[];
  /** Between these. */
  holdMs?: readonly [least: number, most: number];
}

const HOLD_MS = [500, 2500] as const;

/** The faults, their order and duration. Every fault occurs once before one repeats. */
export function* plan(random: Random, { members, names = faultNames, holdMs = HOLD_MS }: PlanOptions): Generator<PlannedFault> {
  for (;;) {
    for (const name of random.shuffled(names)) {
      const victim = random.pick(members);
      const calmMs = random.between(200, 800);
      yield { name, victim, calmMs, holdMs: random.between(...holdMs), lateMs: random.between(50, 500) };
    }
  }
}

/** Injects one fault at a time, heals it, and waits for recovery. Simultaneous faults may lose data (decision 3), so they are not tested. */
export async function* injectFaults(
  cluster: Cluster,
  canary: Canary,
  planned: Iterable<PlannedFault>,
): AsyncGenerator<FaultSpan> {
  for (const next of planned) {
    const victim = cluster.members.find(({ name }) => name === next.victim)!;
    yield await injectFault(cluster, canary, next, victim);
  }
}

async function injectFault(
  cluster: Cluster,
  canary: Canary,
  { name, calmMs, holdMs, lateMs }: PlannedFault,
  victim: Member,
): Promise<FaultSpan> {
  const fault: Fault = faults[name](lateMs);
  await fault.prepare?.(cluster);
  await pause(calmMs);
  const startMs = performance.now();
  await fault.begin(cluster, [victim]);
  await pause(holdMs);
  await fault.heal(cluster, [victim]);
  await canary.untilRecovered();
  return { name: `${name} (${victim.name})`, startMs, endMs: performance.now() };
}
