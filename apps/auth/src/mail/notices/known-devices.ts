import { createHash, randomBytes } from 'node:crypto';
import { NAME } from '@baton/platform';
import { Database } from '@baton/session';
import { Inject, Injectable } from '@nestjs/common';
import { parseCookie } from 'cookie';
import type { Request } from 'express';
import { AuthSettings } from '../../auth-settings.ts';

/** The longest that browsers keep a cookie (RFC 6265bis). */
const COOKIE_MS = 400 * 24 * 3600 * 1000;
const MOST_DEVICES = 50;

/**
 * Browsers that signed in before, by a random cookie of their own. It identifies a browser only to the accounts that signed in
 * with it, proves nothing, and is stored as a hash.
 */
@Injectable()
export class KnownDevices {
  private readonly cookie: string;

  constructor(
    private readonly database: Database,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {
    this.cookie = `${settings.COOKIE_SECURE ? '__Host-' : ''}${NAME}-device`;
  }

  /** True for a browser that is new to an account that knows others. Sets the cookie. */
  async isNew(request: Request, userId: string): Promise<boolean> {
    const known = parseCookie(request.headers.cookie ?? '')[this.cookie];
    const id = known && /^[\w-]{32}$/.test(known) ? known : randomBytes(24).toString('base64url');
    const { COOKIE_SECURE: secure } = this.settings;
    request.res?.cookie(this.cookie, id, { maxAge: COOKIE_MS, httpOnly: true, sameSite: 'lax', path: '/', secure });
    const others = await this.remember(userId, createHash('sha256').update(id).digest('base64url'));
    if (others >= MOST_DEVICES) await this.forgetOldest(userId);
    return others > 0;
  }

  /** How many other devices the account has; 0 for a known one. */
  private async remember(userId: string, hash: string): Promise<number> {
    const [row] = await this.database.query<{ others: number }>(
      `INSERT INTO known_device (user_id, hash) VALUES ($1, $2)
       ON CONFLICT (user_id, hash) DO UPDATE SET seen_at = now()
       RETURNING CASE WHEN xmax = 0 THEN (SELECT count(*)::integer FROM known_device WHERE user_id = $1) ELSE 0 END AS others`,
      [userId, hash],
    );
    return row!.others;
  }

  private async forgetOldest(userId: string): Promise<void> {
    await this.database.query(
      `DELETE FROM known_device WHERE user_id = $1 AND hash NOT IN
         (SELECT hash FROM known_device WHERE user_id = $1 ORDER BY seen_at DESC LIMIT $2)`,
      [userId, MOST_DEVICES],
    );
  }
}
