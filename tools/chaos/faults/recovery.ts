import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster.ts';

const PATIENCE_MS = 30_000;

/** Tells when a fault is really over: not when the server is back, but when every replica uses it again and nothing is left to repair. */
export class Canary {
  private readonly cluster: Cluster;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  async untilFine(): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const wrong = await this.whatIsWrong();
      if (wrong === null) return;
      if (performance.now() > deadline) throw new Error(`Not recovered after ${PATIENCE_MS / 1000} s: ${wrong}`);
      await pause(50);
    }
  }

  private async whatIsWrong(): Promise<string | null> {
    try {
      for (const member of this.cluster.members) await member.ask('/health/ready');
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
