import { EventEmitter } from 'node:events';
import { Database, type Tx } from '@baton/session';
import { Injectable } from '@nestjs/common';

/** A mail to be written and sent. */
export interface WaitingMail {
  /** Selects the writer of its text. */
  readonly kind: string;
  readonly address: string;
  readonly userId: string | null;
  readonly details: Record<string, string>;
}

export type ClaimedMail = WaitingMail & { readonly id: string; readonly attempts: number };

/** Text only: it reads the same everywhere, and shows where its links lead. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
}

/** Null: there is nothing to send any more. */
export type Writer = (mail: WaitingMail) => Letter | null | Promise<Letter | null>;

/** Longer than a delivery takes. A replica that dies while it sends loses its claim after this time. */
const CLAIM_SECONDS = 60;

/**
 * Mails that wait in Postgres until the mail server has taken them: a request waits for no mail server, so its time tells
 * nothing, and a mail outlives the replica that was asked for it. A mail can arrive twice, if a replica dies between.
 * Its text is written when it is sent, so that no link is ever stored.
 */
@Injectable()
export class Outbox extends EventEmitter<{ waiting: [] }> {
  readonly writers = new Map<string, Writer>();

  constructor(private readonly database: Database) {
    super();
  }

  async add(mail: WaitingMail): Promise<void> {
    await this.addIn(this.database, mail);
    this.announce();
  }

  /** The mail is sent only if the transaction commits; announce it after that. */
  async addIn(tx: Tx, { kind, address, userId, details }: WaitingMail): Promise<void> {
    const sql = 'INSERT INTO mail_outbox (kind, address, user_id, details) VALUES ($1, $2, $3, $4)';
    await tx.query(sql, [kind, address, userId, JSON.stringify(details)]);
  }

  /** To the confirmed address of the user, if there is one. */
  async addFor(userId: string, kind: string, details: WaitingMail['details']): Promise<void> {
    await this.database.query(
      `INSERT INTO mail_outbox (kind, address, user_id, details)
       SELECT $2, address, user_id, $3 FROM mail_address WHERE user_id = $1`,
      [userId, kind, JSON.stringify(details)],
    );
    this.announce();
  }

  announce(): void {
    this.emit('waiting');
  }

  /** The next mail that is due, for this replica alone. The time until the next attempt doubles. */
  async claim(): Promise<ClaimedMail | null> {
    const [mail] = await this.database.query<ClaimedMail>(
      `UPDATE mail_outbox SET attempts = attempts + 1, due_at = now() + make_interval(secs => $1 * 2 ^ least(attempts, 10))
        WHERE id = (SELECT id FROM mail_outbox WHERE due_at <= now() ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING id, kind, address, user_id AS "userId", details, attempts`,
      [CLAIM_SECONDS],
    );
    return mail ?? null;
  }

  async remove({ id }: ClaimedMail): Promise<void> {
    await this.database.query('DELETE FROM mail_outbox WHERE id = $1', [id]);
  }
}
