import { readFileSync } from 'node:fs';

/** What the benchmark measured, in words for the comparison. */
export interface Figures {
  /** When, and on what. */
  on: string;
  /** By the name of the benchmark's stack. */
  byTopology: Record<string, string>;
}

export const FIGURES = Symbol('figures');

/** Where the repository can be read, e.g. `https://example.org/baton/blob/main`. */
export const SOURCE = Symbol('source');

interface Results {
  date: string;
  machine: string;
  rows: { scenario: string; stack: string; p50Ms: number; p99Ms: number; cpuMsPer1000: number }[];
}

/** The reads of `docs/benchmarks/latest.json`, which the build puts beside the app; null where nothing was measured yet. */
export function readFigures(file: string): Figures | null {
  try {
    return inWords(JSON.parse(readFileSync(file, 'utf8')) as Results);
  } catch {
    return null;
  }
}

export function inWords({ date, machine, rows }: Results): Figures {
  const reads = rows.filter(({ scenario }) => scenario === 'read');
  const byTopology = reads.map(({ stack, p50Ms, p99Ms, cpuMsPer1000 }) => {
    const times = `half of the reads within ${p50Ms} ms, 99 of 100 within ${p99Ms} ms`;
    return [stack, `${times}; ${cpuMsPer1000} ms of CPU per 1,000`] as const;
  });
  return { on: `${date.slice(0, 10)}, ${machine}`, byTopology: Object.fromEntries(byTopology) };
}
