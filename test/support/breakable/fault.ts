import type { Cluster } from './cluster.ts';
import type { Member } from './member.ts';

/** Something that really happens to a process, a store or a link. */
export interface Fault {
  /** Some time before: decides what a later restart will find, or which replica will lag. Breaks nothing. */
  prepare?(cluster: Cluster): Promise<void>;
  /** `victims`: the replicas that a fault of single replicas or links is about. */
  begin(cluster: Cluster, victims: Member[]): Promise<void>;
  heal(cluster: Cluster, victims: Member[]): Promise<void>;
}
