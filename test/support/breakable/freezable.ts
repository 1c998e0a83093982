import { setTimeout as pause } from 'node:timers/promises';
import type { SupervisedProcess } from '../../../tools/local/supervisor.ts';

type Process = Pick<SupervisedProcess, 'freeze' | 'thaw'>;

/** A process that a fault or a short stall freezes: the end of the stall must not end the fault. */
export abstract class Freezable {
  private isFrozen = false;

  protected abstract get running(): Process;

  freeze(): void {
    this.isFrozen = true;
    this.running.freeze();
  }

  thaw(): void {
    this.isFrozen = false;
    this.running.thaw();
  }

  async stall(ms: number): Promise<void> {
    const { running } = this;
    running.freeze();
    await pause(ms);
    if (!this.isFrozen) running.thaw();
  }
}
