import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { ProblemException } from '@baton/platform';
import { networkOf } from '@baton/session';
import { Inject, Injectable } from '@nestjs/common';
import { AuthSettings } from '../auth-settings.ts';

/** A hash keeps one core busy. Two at least, because each also waits for Postgres; Node hashes on four threads by default. */
const AT_ONCE = Math.min(4, Math.max(2, availableParallelism()));

/** A client that tries again at once would otherwise keep the replica busy with refusals. */
const REFUSAL_MS = 1000;

/**
 * Passwords to be hashed on this replica. Addresses take turns, so that one that floods makes only itself wait. Nothing waits
 * longer than the queue is long: what does not fit is refused at once.
 */
@Injectable()
export class HashQueue {
  /** By address, in the order of their turns. */
  private readonly waiting = new Map<string, (() => void)[]>();
  private length = 0;
  private running = 0;

  constructor(@Inject(AuthSettings) private readonly settings: Pick<AuthSettings, 'HASH_QUEUE' | 'HASH_QUEUE_PER_ADDRESS'>) {}

  /** @throws ProblemException 503 with Retry-After when the queue is full: at once, or after a second when it is full of this address. */
  async run<T>(address: string, work: () => Promise<T>): Promise<T> {
    await this.turnOf(networkOf(address));
    try {
      return await work();
    } finally {
      this.running--;
      this.startNext();
    }
  }

  private async turnOf(address: string): Promise<void> {
    const line = this.waiting.get(address) ?? [];
    if (line.length >= this.settings.HASH_QUEUE_PER_ADDRESS) {
      await pause(REFUSAL_MS);
      throw busy();
    }
    if (this.length >= this.settings.HASH_QUEUE) throw busy();
    const { promise, resolve } = Promise.withResolvers<void>();
    line.push(resolve);
    this.waiting.set(address, line);
    this.length++;
    this.startNext();
    return promise;
  }

  private startNext(): void {
    const [next] = this.waiting;
    if (next === undefined || this.running >= AT_ONCE) return;
    const [address, line] = next;
    const start = line.shift()!;
    this.waiting.delete(address);
    if (line.length > 0) this.waiting.set(address, line);
    this.length--;
    this.running++;
    start();
  }
}

const busy = () =>
  new ProblemException(
    503,
    { title: 'Too busy', detail: 'Too many people are signing in right now. Please try again in a moment.' },
    { 'Retry-After': '2' },
  );
