import { createHash, randomBytes } from 'node:crypto';
import { ProblemException } from '@baton/platform';
import { Database, type Tx } from '@baton/session';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { MailConfig } from './mail-settings.ts';

export const LINK_MINUTES = 15;
/** The kind of the mail and the purpose of its link. */
export const CONFIRM = 'confirm-address';

/** What a form sends that a link led to. */
export const linkToken = z.object({ token: z.string().max(100) });

export interface Link {
  readonly userId: string;
  readonly address: string;
}

/**
 * Links that prove who reads an address: valid once, for 15 minutes, stored as hashes. A user has one link per purpose; the next
 * one replaces it. (256 random bits need no slow hash: OWASP Forgot Password cheat sheet.)
 */
@Injectable()
export class MailLinks {
  constructor(
    private readonly database: Database,
    private readonly config: MailConfig,
  ) {}

  /** The address of `path` with a new token. */
  async create(purpose: string, path: string, { userId, address }: Link): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await this.database.query(
      `INSERT INTO mail_link (hash, user_id, purpose, address, expires_at)
       VALUES ($1, $2, $3, $4, now() + make_interval(mins => $5))
       ON CONFLICT (user_id, purpose) DO UPDATE SET hash = excluded.hash, address = excluded.address, expires_at = excluded.expires_at`,
      [hashOf(token), userId, purpose, address, LINK_MINUTES],
    );
    return `${this.config.siteUrl}${path}?token=${token}`;
  }

  /** Leaves the link valid. @throws as `use` does. */
  async find(purpose: string, token: string): Promise<Link> {
    const [link] = await this.database.query<Link>(
      `SELECT user_id AS "userId", address FROM mail_link WHERE hash = $1 AND purpose = $2 AND expires_at > now()`,
      [hashOf(token), purpose],
    );
    return link ?? refuse();
  }

  /**
   * Deletes the link, in the transaction of what it allows.
   * @throws ProblemException 410 for one that is unknown, used, replaced or expired.
   */
  async use(tx: Tx, purpose: string, token: string): Promise<Link> {
    const [link] = await tx.query<Link>(
      `DELETE FROM mail_link WHERE hash = $1 AND purpose = $2 AND expires_at > now() RETURNING user_id AS "userId", address`,
      [hashOf(token), purpose],
    );
    return link ?? refuse();
  }

  /** All links of a user, and the mails that would create one: whoever asked for them may not be the owner. */
  async withdraw(userId: string, tx: Tx = this.database): Promise<void> {
    await tx.query('DELETE FROM mail_link WHERE user_id = $1', [userId]);
    await tx.query('DELETE FROM mail_outbox WHERE user_id = $1 AND kind = $2', [userId, CONFIRM]);
  }
}

function refuse(): never {
  throw new ProblemException(410, {
    title: 'Link not valid',
    detail: 'This link has expired or was used already. Ask for a new one.',
  });
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
