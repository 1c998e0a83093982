import { createHash } from 'node:crypto';
import { Database } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { KnownDevices } from '../../devices/known-devices.ts';

const MOST_DEVICES = 50;

/** Which browsers an account has signed in with, as hashes of their numbers. */
@Injectable()
export class NewDevices {
  constructor(
    private readonly database: Database,
    private readonly devices: KnownDevices,
  ) {}

  /** True for a browser that has just signed in and is new to an account that knows others. */
  async isNew(request: Request, userId: string): Promise<boolean> {
    const device = this.devices.numberOf(request);
    if (device === null) return false;
    const others = await this.remember(userId, createHash('sha256').update(device).digest('base64url'));
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
