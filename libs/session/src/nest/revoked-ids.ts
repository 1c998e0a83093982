import { Inject, Injectable } from '@nestjs/common';
import type { Backend } from '../stores/backend.ts';
import { BACKEND } from './tokens.ts';

/** How long an answer about a live session is believed, as a share of the revocation bound. */
const SHARE_OF_BOUND = 0.5;
const LIMIT = 10_000;

/** Which sessions have ended, asked by publicId: for tokens, which name their session but do not open it. */
@Injectable()
export class RevokedIds {
  private readonly live = new Map<string, number>();

  constructor(@Inject(BACKEND) private readonly backend: Backend) {
    backend.feed?.subscribe((event) => {
      if (event.publicId !== null) this.live.delete(event.publicId);
      if (event.type === 'generation') this.live.clear();
    });
  }

  async has(publicId: string): Promise<boolean> {
    const { postgres } = this.backend;
    if (postgres === null) return false;
    const now = Date.now();
    if ((this.live.get(publicId) ?? 0) > now) return false;
    const ended = !(await postgres.isLive(publicId));
    if (this.live.size >= LIMIT) this.live.clear();
    if (!ended) this.live.set(publicId, now + postgres.options.revocationMs * SHARE_OF_BOUND);
    return ended;
  }
}
