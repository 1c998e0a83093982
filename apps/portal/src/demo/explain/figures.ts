import measured from './figures.json' with { type: 'json' };

/** Results of the benchmark, in words. */
export interface Figures {
  /** When, and on what. */
  on: string;
  /** By the name of the benchmark's stack. */
  byTopology: Record<string, string>;
}

interface Results {
  date: string;
  machine: string;
  rows: { scenario: string; stack: string; p50Ms: number; p99Ms: number; cpuMsPer1000: number }[];
}

export function inWords({ date, machine, rows }: Results): Figures {
  const reads = rows.filter(({ scenario }) => scenario === 'read');
  const byTopology = reads.map(({ stack, p50Ms, p99Ms, cpuMsPer1000 }) => {
    const times = `half of the reads within ${p50Ms} ms, 99 of 100 within ${p99Ms} ms`;
    return [stack, `${times}; ${cpuMsPer1000} ms of CPU per 1,000`] as const;
  });
  return { on: `${date.slice(0, 10)}, ${machine}`, byTopology: Object.fromEntries(byTopology) };
}

/** `npm run bench` refreshes the file. */
export const FIGURES: Figures = inWords(measured);
