import type { Cluster } from '../cluster.ts';

/** One rule, read from the rendered YAML. `find` names each violation; `breakIt` makes one, so that the rule is known to be able to fail. */
export interface Policy {
  rule: string;
  find: (cluster: Cluster) => string[];
  breakIt: (cluster: Cluster) => void;
}

/** A sentence if a condition does not hold. */
export const unless = (holds: unknown, sentence: string): string[] => (holds ? [] : [sentence]);
