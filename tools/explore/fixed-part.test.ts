/** @seconds 30 */
import { exploration } from './exploration.ts';
import { SCENARIOS } from './scenarios.ts';

/** A fixed part of `npm run explore`: every scenario, without faults, and one that finds something. */
describe('exploration of interleavings', () => {
  it('breaks no promise while nothing fails', async () => {
    const bounds = [
      '--exhaustive',
      '--preemptions',
      '1',
      '--faults',
      '0',
      '--schedules',
      '25',
      '--minutes',
      '5',
      '--processes',
      '1',
    ];
    const { code, output } = await exploration(bounds);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).not.toContain(' 0 schedules');
    expect(output.match(/; 0 violations/g)).toHaveLength(SCENARIOS.length);
  }, 300_000);

  it('finds a fill without a lease, and the schedule fails each time that it is replayed', async () => {
    const found = await exploration(['--mutate', 'lease', '--scenario', 'fill-save', '--first', '--faults', '0']);
    expect(found).toMatchObject({ code: 1 });
    const file = /--replay (\S+)/.exec(found.output)![1]!;
    const replayed = await exploration(['--replay', file, '--times', '10']);
    expect(replayed.output).toContain('10 of 10 runs broke a promise.');
  }, 300_000);
});
