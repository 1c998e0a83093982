import type { SessionFeed } from '@baton/session';
import type { Heartbeat } from './heartbeat.ts';

const SILENT_MS = 6000;

/** Membership over the event feed, while Redis is unavailable. */
export class FeedMembership {
  private readonly received = new Map<string, { heartbeat: Heartbeat; at: number }>();

  constructor(private readonly feed: SessionFeed | null) {}

  listen(): () => void {
    if (!this.feed) return () => {};
    return this.feed.subscribe(({ type, details }) => {
      if (type !== 'heartbeat') return;
      const heartbeat = details as unknown as Heartbeat;
      this.received.set(heartbeat.instance, { heartbeat, at: performance.now() });
    });
  }

  async announce(heartbeat: Heartbeat): Promise<void> {
    if (!this.feed) throw new Error('Without Postgres there is no event feed.');
    await this.feed.publish('heartbeat', { ...heartbeat });
  }

  heartbeats(): Heartbeat[] {
    for (const [instance, { at }] of this.received) if (performance.now() - at > SILENT_MS) this.received.delete(instance);
    return [...this.received.values()].map(({ heartbeat }) => heartbeat);
  }
}
