import { Injectable } from '@nestjs/common';

/** Whether the replica is shutting down, for everything that keeps a connection open. */
@Injectable()
export class Draining {
  private readonly listeners = new Set<() => void>();
  private draining = false;

  /** True from SIGTERM on: not ready and `Connection: close` in every response, but still serving. */
  get isDraining(): boolean {
    return this.draining;
  }

  /** Called when the replica stops accepting connections: end streams here. Returns a function that unsubscribes. */
  onDrain(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  begin(): void {
    this.draining = true;
  }

  endStreams(): void {
    for (const listener of this.listeners) listener();
    this.listeners.clear();
  }
}
