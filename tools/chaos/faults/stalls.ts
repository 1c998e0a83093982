import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../../../test/support/breakable/cluster.ts';
import type { Random } from '../../../test/support/random.ts';

const CALM_MS = [700, 2500] as const;
/** Shorter than the Postgres deadline: a stall must not fail a request, so the checker does not treat it as a fault. */
const STALL_MS = [100, 500] as const;

/**
 * Repeatedly stops some or all processes for a fraction of a second, as oversubscribed cores, live migration and garbage collection do.
 * Deadlines pass, connections close, and copies lag.
 */
export async function stallProcesses(cluster: Cluster, random: Random, end: AbortSignal): Promise<void> {
  while (!end.aborted) {
    await pause(random.between(...CALM_MS), undefined, { signal: end }).catch(() => undefined);
    const processes = [...cluster.members, cluster.redis, cluster.postgres];
    const isAll = random.next() < 0.5;
    const stalled = processes.filter(() => isAll || random.next() < 0.5);
    const ms = random.between(...STALL_MS);
    await Promise.all(stalled.map((process) => process.stall(ms)));
  }
}
