import { randomBytes } from 'node:crypto';
import { SESSION_CONFIG, type SessionConfig } from '@baton/session';
import { Inject, Injectable } from '@nestjs/common';
import { parseCookie } from 'cookie';
import type { Request } from 'express';
import { Digests } from '../login/digests.ts';

const DAYS_MS = 24 * 3600 * 1000;
const KNOWN_MS = 180 * DAYS_MS;

/**
 * Browsers in which an account has signed in before (OWASP: device cookies). Guesses from elsewhere do not lock them out. The
 * cookie signs nobody in: it is a random number and its HMAC for one account, the last that signed in.
 */
@Injectable()
export class KnownDevices {
  private readonly cookie: string;

  constructor(
    private readonly digests: Digests,
    @Inject(SESSION_CONFIG) private readonly config: SessionConfig,
  ) {
    this.cookie = `${config.cookie.name}-device`;
  }

  /** The number of this browser. Null: `name` has not signed in here. */
  find(request: Request, name: string): string | null {
    const [device = '', proof = ''] = parseCookie(request.headers.cookie ?? '')[this.cookie]?.split('.') ?? [];
    return this.digests.isOf(claim(name, device), proof) ? device : null;
  }

  remember(request: Request, name: string): void {
    if (this.find(request, name) !== null) return;
    const device = randomBytes(16).toString('base64url');
    const { secure } = this.config.cookie;
    const value = `${device}.${this.digests.of(claim(name, device))}`;
    request.res?.cookie(this.cookie, value, { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: KNOWN_MS });
  }
}

const claim = (name: string, device: string): string => `device ${device} of ${name}`;
