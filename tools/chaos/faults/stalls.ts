import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../../../test/support/breakable/cluster.ts';
import type { Random } from '../random.ts';

const CALM_MS = [700, 2500] as const;
/** Shorter than the deadline for Postgres: nobody may notice, so to the judge a stall is no fault. */
const STALL_MS = [100, 500] as const;

/**
 * Stops some processes, or all, for a part of a second, again and again: what a machine does that has sold its cores twice, that
 * migrates, or whose programs collect garbage. Deadlines pass, connections are given up, and copies fall behind.
 */
export async function stallThings(cluster: Cluster, random: Random, end: AbortSignal): Promise<void> {
  while (!end.aborted) {
    await pause(random.between(...CALM_MS), undefined, { signal: end }).catch(() => undefined);
    const processes = [...cluster.members, cluster.redis, cluster.postgres];
    const isAll = random.next() < 0.5;
    const stalled = processes.filter(() => isAll || random.next() < 0.5);
    const ms = random.between(...STALL_MS);
    await Promise.all(stalled.map((process) => process.stall(ms)));
  }
}
