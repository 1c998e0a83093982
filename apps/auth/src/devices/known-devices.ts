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
 * cookie signs nobody in: it is a random number that the browser keeps, and its HMAC for one account, the last that signed in.
 */
@Injectable()
export class KnownDevices {
  private readonly cookie: string;
  /** The cookie of a browser's first login is in the response only. */
  private readonly remembered = new WeakMap<Request, string>();

  constructor(
    private readonly digests: Digests,
    @Inject(SESSION_CONFIG) private readonly config: SessionConfig,
  ) {
    this.cookie = `${config.cookie.name}-device`;
  }

  /** The number of this browser. Null: `name` has not signed in here, or somebody else has since. */
  find(request: Request, name: string): string | null {
    const { device, proof } = this.sent(request);
    return this.digests.isOf(claim(name, device), proof) ? device : null;
  }

  /** Of the browser that has signed in with this request. */
  numberOf(request: Request): string | null {
    return this.remembered.get(request) ?? null;
  }

  remember(request: Request, name: string): void {
    const { device: sent } = this.sent(request);
    const device = /^[\w-]{22}$/.test(sent) ? sent : randomBytes(16).toString('base64url');
    this.remembered.set(request, device);
    const { secure } = this.config.cookie;
    const value = `${device}.${this.digests.of(claim(name, device))}`;
    request.res?.cookie(this.cookie, value, { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: KNOWN_MS });
  }

  private sent(request: Request): { device: string; proof: string } {
    const [device = '', proof = ''] = parseCookie(request.headers.cookie ?? '')[this.cookie]?.split('.') ?? [];
    return { device, proof };
  }
}

const claim = (name: string, device: string): string => `device ${device} of ${name}`;
