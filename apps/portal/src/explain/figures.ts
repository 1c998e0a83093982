/** What the benchmark measured, in words for the comparison. */
export interface Figures {
  /** On which machine, and when. */
  on: string;
  byTopology: Record<string, string>;
}

export const FIGURES = Symbol('figures');

/** Where the repository can be read, e.g. `https://example.org/baton/blob/main`. */
export const SOURCE = Symbol('source');
