import { Injectable } from '@nestjs/common';

/** Known to everything that keeps a connection open: the replica was told to stop. */
@Injectable()
export class Draining {
  private readonly listeners = new Set<() => void>();
  private draining = false;

  /** True from SIGTERM on: not ready, every answer says `Connection: close`, yet still served. */
  get isDraining(): boolean {
    return this.draining;
  }

  /** Called when the replica takes no new connections any more: end streams here. Returns the way to unsubscribe. */
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
