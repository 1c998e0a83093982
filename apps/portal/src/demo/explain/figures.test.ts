import { inWords } from './figures.ts';

describe('figures', () => {
  it('are those of reads, by stack', () => {
    const row = { p50Ms: 1.2, p99Ms: 3, cpuMsPer1000: 90 };
    const rows = [
      { ...row, scenario: 'read', stack: 'baton' },
      { ...row, scenario: 'write', stack: 'stock' },
    ];
    const { on, byTopology } = inWords({ date: '2026-11-20T20:00:00Z', machine: '2 cores', rows });
    expect(on).toBe('2026-11-20, 2 cores');
    expect(Object.keys(byTopology)).toEqual(['baton']);
    expect(byTopology['baton']).toContain('half of the reads within 1.2 ms');
  });
});
