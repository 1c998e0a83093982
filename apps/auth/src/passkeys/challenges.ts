import { randomBytes } from 'node:crypto';
import { ProblemException } from '@baton/platform';
import { Sessions } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';

/** Longer than browsers let people choose a passkey, so that the first prompt of a page left open for a while still works. */
const LIFETIME_MS = 5 * 60_000;

/** A challenge for one purpose does not serve another. */
export type Purpose = 'registration' | 'sign-in' | 'second-factor';

interface Challenge {
  /** 256 random bits in base64url. */
  value: string;
  purpose: Purpose;
  /** Epoch milliseconds, by the clock of the stores. */
  expiresAt: number;
}

declare module 'express-session' {
  interface SessionData {
    passkeyChallenge: Challenge;
  }
}

/** What a passkey signs, so that a recorded answer is of no use. A session has at most one: a new one replaces it. */
@Injectable()
export class Challenges {
  constructor(private readonly sessions: Sessions) {}

  async issue(request: Request, purpose: Purpose): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = randomBytes(32);
    const expiresAt = (await this.sessions.now()) + LIFETIME_MS;
    const passkeyChallenge = { value: bytes.toString('base64url'), purpose, expiresAt };
    await this.sessions.update(request, (session) => ({ ...session, passkeyChallenge }));
    return bytes;
  }

  /**
   * The challenge of the request's session. It goes to one request only, also of parallel ones to several replicas.
   * @throws ProblemException 409 if there is none for this purpose.
   */
  async take(request: Request, purpose: Purpose): Promise<string> {
    const taken = await this.sessions.take(request, 'passkeyChallenge');
    if (taken?.purpose !== purpose || taken.expiresAt < (await this.sessions.now())) throw noChallenge();
    return taken.value;
  }
}

const noChallenge = () =>
  new ProblemException(409, {
    title: 'Expired',
    detail: 'This took too long, or it was begun again in another tab. Try once more.',
  });
