import { Freezable } from './freezable.ts';

class Process extends Freezable {
  readonly signals: string[] = [];
  protected readonly running = { freeze: () => void this.signals.push('stop'), thaw: () => void this.signals.push('go on') };
}

describe('a process that stalls', () => {
  it('goes on after a moment', async () => {
    const process = new Process();
    await process.stall(1);
    expect(process.signals).toEqual(['stop', 'go on']);
  });

  it('stays frozen if a fault has frozen it, before or meanwhile, and goes on when that is over', async () => {
    const process = new Process();
    const stall = process.stall(1);
    process.freeze();
    await stall;
    await process.stall(1);
    expect(process.signals).toEqual(['stop', 'stop', 'stop']);
    process.thaw();
    await process.stall(1);
    expect(process.signals.slice(3)).toEqual(['go on', 'stop', 'go on']);
  });
});
