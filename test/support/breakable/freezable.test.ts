import { Freezable } from './freezable.ts';

class Process extends Freezable {
  readonly signals: string[] = [];
  protected readonly running = { freeze: () => void this.signals.push('stop'), thaw: () => void this.signals.push('continue') };
}

describe('a process that stalls', () => {
  it('resumes by itself', async () => {
    const process = new Process();
    await process.stall(1);
    expect(process.signals).toEqual(['stop', 'continue']);
  });

  it('stays frozen while a fault freezes it, and resumes when the fault is healed', async () => {
    const process = new Process();
    const stall = process.stall(1);
    process.freeze();
    await stall;
    await process.stall(1);
    expect(process.signals).toEqual(['stop', 'stop', 'stop']);
    process.thaw();
    await process.stall(1);
    expect(process.signals.slice(3)).toEqual(['continue', 'stop', 'continue']);
  });
});
