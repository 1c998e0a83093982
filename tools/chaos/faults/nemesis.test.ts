import { Random } from '../random.ts';
import { faultNames } from '../../../test/support/breakable/catalogue.ts';
import { plan, type PlannedFault } from './nemesis.ts';

describe('the plan of a seed', () => {
  const first = (count: number, seed: number): PlannedFault[] => {
    const faults = plan(new Random(seed), ['portal-1', 'portal-2']);
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
});
