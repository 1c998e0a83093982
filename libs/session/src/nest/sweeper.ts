import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { jittered, pause } from '../kit/pause.ts';
import { Backend } from '../stores/backend.ts';

const EVERY_MS = 30_000;
const BATCH = 1000;
/** Looking for idle sessions reads the whole table, so it is rare. */
const IDLE_EVERY_MS = 3_600_000;

/** Deletes ended sessions in small batches. Every replica tries; the store lets one at a time sweep. */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly closing = new AbortController();
  private idleSweptAt = -Infinity;

  constructor(private readonly backend: Backend) {}

  onApplicationBootstrap(): void {
    void this.run();
  }

  onApplicationShutdown(): void {
    this.closing.abort();
  }

  private async run(): Promise<void> {
    while (!this.closing.signal.aborted) {
      await pause(jittered(EVERY_MS), this.closing.signal);
      await this.sweep().catch(() => undefined);
    }
  }

  private async sweep(): Promise<void> {
    const now = performance.now();
    const idle = now - this.idleSweptAt >= IDLE_EVERY_MS;
    while (!this.closing.signal.aborted && (await this.backend.sweep(BATCH, idle)) === BATCH);
    if (idle) this.idleSweptAt = now;
  }
}
