/** Turns samples into the rows of docs/benchmarks/latest.json. */
import type { Measured, Sample, Scenario } from '../harness/contest.ts';
import { median, round, spread } from '../harness/statistics.ts';

export interface Row {
  scenario: Scenario;
  stack: string;
  cpuMsPer1000: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  storeCommandsPerRequest: number;
  rssMb: number;
  rounds: number;
}

export interface Results {
  date: string;
  machine: string;
  versions: Record<string, string>;
  rows: Row[];
}

export function toRow(scenario: Scenario, stack: string, { samples, perRequest }: Measured): Row {
  const commands = Object.values(perRequest).reduce((sum, count) => sum + count, 0);
  const middle = (pick: (sample: Sample) => number, digits: number) => round(median(samples.map(pick)), digits);
  return {
    scenario,
    stack,
    cpuMsPer1000: middle((sample) => sample.cpuMsPer1000, 1),
    requestsPerSecond: middle((sample) => sample.requestsPerSecond, 0),
    p50Ms: middle((sample) => sample.p50Ms, 2),
    p99Ms: middle((sample) => sample.p99Ms, 2),
    storeCommandsPerRequest: round(commands, 3),
    rssMb: middle((sample) => sample.rssMb, 0),
    rounds: samples.length,
  };
}

/** Half the distance between the best and the worst round, in percent of the median. */
export const cpuSpreadPercent = ({ samples }: Measured): number =>
  round(spread(samples.map((sample) => sample.cpuMsPer1000)) * 100, 0);
