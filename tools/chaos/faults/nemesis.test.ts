import { Random } from '../../../test/support/random.ts';
import { faultNames } from '../../../test/support/breakable/catalogue.ts';
import { plan, type PlannedFault, type PlanOptions } from './nemesis.ts';

describe('the plan of a seed', () => {
  const first = (count: number, seed: number, options: Partial<PlanOptions> = {}): PlannedFault[] => {
    const faults = plan(new Random(seed), { members: ['portal-1', 'portal-2'], ...options });
    return Array.from({ length: count }, () => faults.next().value as PlannedFault);
  };

  it('is repeatable, and differs for another seed', () => {
    expect(first(30, 7)).toEqual(first(30, 7));
    expect(first(30, 7)).not.toEqual(first(30, 8));
  });

  it('contains every fault once before it repeats one', () => {
    const names = first(faultNames.length, 3).map(({ name }) => name);
    expect(new Set(names)).toEqual(new Set(faultNames));
  });

  it('contains only the chosen faults, held as long as wanted', () => {
    const faults = first(10, 3, { names: ['redis slow', 'postgres killed'], holdMs: [5000, 6000] });
    expect(new Set(faults.map(({ name }) => name))).toEqual(new Set(['redis slow', 'postgres killed']));
    expect(Math.min(...faults.map(({ holdMs }) => holdMs))).toBeGreaterThanOrEqual(5000);
  });
});
