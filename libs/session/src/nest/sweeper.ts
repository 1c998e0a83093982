import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Backend } from '../stores/backend.ts';
import { jittered, pause } from '../kit/pause.ts';
import { BACKEND } from './tokens.ts';

const EVERY_MS = 30_000;
const BATCH = 1000;
/** Sessions that were left behind before their absolute end: the whole table is read for them, so not at every pass. */
const IDLE_EVERY_MS = 3_600_000;

/** Deletes ended sessions in small batches. Every replica tries; an advisory lock lets one at a time through. */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly closing = new AbortController();
  private idleSweptAt = -Infinity;

  constructor(@Inject(BACKEND) private readonly backend: Backend) {}

  onApplicationBootstrap(): void {
    if (this.backend.postgres !== null) void this.run();
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
    while (!this.closing.signal.aborted && (await this.backend.postgres!.sweep(BATCH, idle)) === BATCH);
    if (idle) this.idleSweptAt = now;
  }
}
