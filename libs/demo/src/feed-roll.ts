import type { SessionFeed } from '@baton/session';
import type { Beat } from './beat.ts';

const SILENT_MS = 6000;

/** Who was heard over the event feed; for the time when Redis is away. */
export class FeedRoll {
  private readonly heard = new Map<string, { beat: Beat; at: number }>();

  constructor(private readonly feed: SessionFeed | null) {}

  listen(): () => void {
    if (!this.feed) return () => {};
    return this.feed.subscribe(({ type, details }) => {
      if (type !== 'heartbeat') return;
      const beat = details as unknown as Beat;
      this.heard.set(beat.instance, { beat, at: performance.now() });
    });
  }

  async call(beat: Beat): Promise<void> {
    if (!this.feed) throw new Error('Without Postgres there is no feed.');
    await this.feed.publish('heartbeat', { ...beat });
  }

  beats(): Beat[] {
    for (const [instance, { at }] of this.heard) if (performance.now() - at > SILENT_MS) this.heard.delete(instance);
    return [...this.heard.values()].map(({ beat }) => beat);
  }
}
