import { exploration } from './exploration.ts';
import { MUTATIONS } from './mutations.ts';

/** With any of these protections taken out, exploration has to find a schedule that breaks a promise, each time that it runs. */
describe('exploration without a protection', () => {
  it.each(MUTATIONS)(
    'finds: $what',
    async ({ name, find }) => {
      const bounds = ['--scenario', find.scenario, '--preemptions', `${find.preemptions}`, '--faults', `${find.faults}`];
      const limits = ['--exhaustive', '--schedules', '1500', '--minutes', '4'];
      const { code, output } = await exploration(['--first', '--mutate', name, ...bounds, ...limits]);
      expect({ code, output }).toMatchObject({ code: 1 });
      // An error of the exploration itself also ends with 1.
      expect(output).toMatch(/^ {2}P[1-4]: (?!the schedule failed)/m);
      const replayed = await exploration(['--replay', /--replay (\S+)/.exec(output)![1]!, '--times', '3']);
      expect(replayed.output).toContain('3 of 3 runs broke a promise.');
      console.log(`${name}: ${/after \d+ schedules, \d+ deviations/.exec(output)![0]}`);
    },
    300_000,
  );
});
