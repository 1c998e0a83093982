import type { Cluster } from '../cluster.ts';

/** One rule for the rendered YAML. `find` lists violations; `breakIt` makes one, to prove that the rule can fail. */
export interface Policy {
  rule: string;
  find: (cluster: Cluster) => string[];
  breakIt: (cluster: Cluster) => void;
}

/** The violation, unless the condition holds. */
export const unless = (holds: unknown, sentence: string): string[] => (holds ? [] : [sentence]);
