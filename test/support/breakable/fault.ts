import type { Cluster } from './cluster.ts';
import type { Member } from './member.ts';

/** A real fault of a process, a store or a link. */
export interface Fault {
  /** Runs before the fault and breaks nothing: writes the dump that a restart will load, or starts a lagging replica. */
  prepare?(cluster: Cluster): Promise<void>;
  /** `victims`: the replicas that a fault of single replicas or links affects. */
  begin(cluster: Cluster, victims: Member[]): Promise<void>;
  heal(cluster: Cluster, victims: Member[]): Promise<void>;
}
