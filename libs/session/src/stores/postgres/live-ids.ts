import { TwoGenerationCache } from '../../kit/two-generation-cache.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import type { Database } from './database.ts';
import type { SessionFeed } from './feed.ts';
import { POSTGRES_BEHIND } from './standing.ts';
import { IS_LIVE } from './statements.ts';

/** How long a positive result is reused, as a share of the revocation bound. */
const SHARE_OF_BOUND = 0.5;

/** Which sessions are live, by public id: for tokens, which name their session but do not open it. */
export class LiveIds {
  private readonly liveUntil = new TwoGenerationCache<number>({ entries: 20_000 });

  constructor(
    private readonly database: Database,
    feed: SessionFeed,
    private readonly options: { readonly touchSeconds: number; readonly revocationMs: number },
  ) {
    feed.subscribe((event) => {
      if (event.publicId !== null) this.liveUntil.delete(event.publicId);
      if (event.type === 'generation') this.liveUntil.clear();
    });
  }

  async has(publicId: string): Promise<boolean> {
    const now = Date.now();
    if ((this.liveUntil.peek(publicId) ?? 0) > now) return true;
    const params = [this.options.touchSeconds, publicId, !this.database.ready];
    const [row] = await this.database.read<{ caught_up: boolean; live: boolean }>(IS_LIVE, params);
    const { caught_up: isCaughtUp, live: isLive } = row!;
    if (!isCaughtUp) throw new StoreUnavailableError('postgres', POSTGRES_BEHIND);
    if (isLive) this.liveUntil.set(publicId, now + this.options.revocationMs * SHARE_OF_BOUND);
    return isLive;
  }
}
