import { addCounts, BOUNDS_MS, LatencyWindow, percentileMs } from './latency.ts';

describe('latency', () => {
  it('finds the bound that a share of the lookups stayed below', () => {
    const window = new LatencyWindow();
    for (let n = 0; n < 98; n++) window.record('redis', 0.4);
    for (let n = 0; n < 2; n++) window.record('redis', 90);
    const counts = window.counts()['redis']!;
    expect(percentileMs(counts, 0.5)).toBeCloseTo(BOUNDS_MS.find((bound) => bound >= 0.4)!);
    expect(percentileMs(counts, 0.99)).toBeGreaterThanOrEqual(90);
  });

  it('adds up replicas, and keeps stores apart', () => {
    const [a, b] = [new LatencyWindow(), new LatencyWindow()];
    a.record('redis', 0.01);
    b.record('redis', 0.01);
    b.record('postgres', 5);
    const sum = addCounts(a.counts(), b.counts());
    expect(sum['redis']![0]).toBe(2);
    expect(percentileMs(sum['postgres']!, 0.5)).toBeGreaterThanOrEqual(5);
  });

  it('returns null when there was no lookup for ten seconds', () => {
    const window = new LatencyWindow();
    window.record('redis', 1);
    for (let second = 0; second < 10; second++) window.turn();
    expect(window.counts()).toEqual({});
    expect(percentileMs([], 0.5)).toBeNull();
  });
});
