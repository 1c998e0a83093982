import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** The options of `npm run explore`. */
export const { values } = parseArgs({
  options: {
    /** Names, separated by commas. Default: all. */
    scenario: { type: 'string' },
    minutes: { type: 'string', default: '1' },
    /** At most so many schedules of each scenario. */
    schedules: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    preemptions: { type: 'string', default: '2' },
    faults: { type: 'string', default: '2' },
    /** No random walks beyond the bounds. */
    exhaustive: { type: 'boolean', default: false },
    /** Faults that do not happen, separated by commas. */
    skip: { type: 'string', default: '' },
    /** A file in artifacts: runs its schedule again, `--times` times. */
    replay: { type: 'string' },
    times: { type: 'string', default: '1' },
    /** Takes one protection out of the library. */
    mutate: { type: 'string' },
    /** Ends each scenario at its first violation. */
    first: { type: 'boolean', default: false },
    /** Schedules that run at the same time. */
    lanes: { type: 'string', default: '4' },
    /** How many processes share the scenarios. Default: one for each core. */
    processes: { type: 'string', default: String(availableParallelism()) },
    /** Which scenarios this process explores: `1/2` is every other one. */
    part: { type: 'string' },
  },
});
