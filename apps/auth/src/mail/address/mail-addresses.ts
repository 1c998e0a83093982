import { TITLE } from '@baton/platform';
import { Database } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { Account } from '../../account/account.ts';
import { AuditLog } from '../../audit/audit-log.ts';
import { CONFIRM, LINK_MINUTES, MailLinks, type Link } from '../links.ts';
import { MailLimits } from '../mail-limits.ts';
import { type Letter, Outbox, type WaitingMail } from '../sending/outbox.ts';

const CHANGED = 'address-changed';
export const CONFIRM_PATH = '/auth/mail/confirm';

/** ASCII in lower case: addresses that look alike or fold into each other stay different (no dotless i, no Kelvin sign). */
export const mailAddress = z.string().trim().toLowerCase().max(254).pipe(z.email());

/** An account has at most one address, and only one whose reader has confirmed it. Accounts can share an address. */
@Injectable()
export class MailAddresses {
  constructor(
    private readonly database: Database,
    private readonly account: Account,
    private readonly audit: AuditLog,
    private readonly links: MailLinks,
    private readonly limits: MailLimits,
    private readonly outbox: Outbox,
  ) {
    outbox.writers.set(CONFIRM, (mail) => this.confirmLetter(mail)).set(CHANGED, changedLetter);
  }

  async of(userId: string): Promise<string | null> {
    const [row] = await this.database.query<{ address: string }>('SELECT address FROM mail_address WHERE user_id = $1', [userId]);
    return row?.address ?? null;
  }

  /** Sends the link that confirms the address; until then the old one stays. */
  async propose(request: Request, address: string, password: string): Promise<void> {
    await this.account.reauthenticate(request, password);
    await this.limits.count(request, address);
    const { id: userId, name } = request.session.user!;
    await this.outbox.add({ kind: CONFIRM, address, userId, details: { name } });
  }

  /** Whoever has the link reads the address, on whichever device. */
  async confirm(request: Request, token: string): Promise<void> {
    const { userId, address } = await this.database.transaction(async (tx) => {
      const link = await this.links.use(tx, CONFIRM, token);
      const [before] = await tx.query<Link>(
        'SELECT user_id AS "userId", address FROM mail_address WHERE user_id = $1 FOR UPDATE',
        [link.userId],
      );
      await tx.query(
        `INSERT INTO mail_address (user_id, address) VALUES ($1, $2)
         ON CONFLICT (user_id) DO UPDATE SET address = excluded.address, confirmed_at = now()`,
        [link.userId, link.address],
      );
      if (before && before.address !== link.address) await this.outbox.addIn(tx, notice(before));
      return link;
    });
    this.outbox.announce();
    await this.audit.record(request, 'mail-confirmed', { userId, details: { address: masked(address) } });
  }

  /** The old address is told. */
  async remove(request: Request, password: string): Promise<void> {
    await this.account.reauthenticate(request, password);
    const userId = request.session.user!.id;
    await this.database.transaction(async (tx) => {
      const [before] = await tx.query<Link>(
        'DELETE FROM mail_address WHERE user_id = $1 RETURNING user_id AS "userId", address',
        [userId],
      );
      await this.links.withdraw(userId, tx);
      if (before) await this.outbox.addIn(tx, notice(before));
    });
    this.outbox.announce();
    await this.audit.record(request, 'mail-removed');
  }

  private async confirmLetter({ userId, address, details }: WaitingMail): Promise<Letter> {
    const url = await this.links.create(CONFIRM, CONFIRM_PATH, { userId: userId!, address });
    return {
      subject: `Confirm your mail address for ${TITLE}`,
      text: `The user ${details['name']} of ${TITLE} wants to use this mail address. If that is you, confirm it here:

${url}

The link works once, for ${LINK_MINUTES} minutes. If it was not you, ignore this mail.
`,
    };
  }
}

const notice = ({ userId, address }: Link): WaitingMail => ({ kind: CHANGED, address, userId, details: {} });

const changedLetter = (): Letter => ({
  subject: `Your mail address for ${TITLE} was changed`,
  text: `This address no longer belongs to your account at ${TITLE}. Somebody who knows your password has replaced or removed it.

If it was not you, change your password now. This signs out all other devices.
`,
});

/** `a…@example.org`: enough to recognize one's own. */
const masked = (address: string): string => address.replace(/^(.)[^@]*/, '$1…');
