import { TITLE } from '@baton/platform';
import { Database, Sessions } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Account } from '../../account/account.ts';
import { AuditLog } from '../../audit/audit-log.ts';
import { Users } from '../../users/users.ts';
import { LINK_MINUTES, MailLinks } from '../links.ts';
import { MailLimits } from '../mail-limits.ts';
import { type Letter, Outbox, type WaitingMail } from '../sending/outbox.ts';

const RECOVERY = 'recovery';
export const RESET_PATH = '/auth/recovery/password';
/** Accounts can share an address. */
const MOST_ACCOUNTS = 10;

/** A new password for somebody who reads the account's confirmed mail address (OWASP Forgot Password cheat sheet). */
@Injectable()
export class Recovery {
  constructor(
    private readonly database: Database,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly account: Account,
    private readonly audit: AuditLog,
    private readonly links: MailLinks,
    private readonly limits: MailLimits,
    private readonly outbox: Outbox,
  ) {
    outbox.writers.set(RECOVERY, (mail) => this.letter(mail));
    // Whoever changed the password keeps the account.
    audit.subscribe(async ({ event, userId }) => {
      if (event === 'password-changed' && userId) await this.links.withdraw(userId);
    });
  }

  /** One row, whether or not an account has the address: that is looked up when the mail is written. */
  async ask(request: Request, address: string): Promise<void> {
    await this.limits.count(request, address);
    await this.outbox.add({ kind: RECOVERY, address, userId: null, details: {} });
    await this.audit.record(request, 'recovery-requested');
  }

  /**
   * One transaction: the link is used, the password replaced, all sessions end.
   * @throws ProblemException 410 for a link that is not valid; 422 for a weak password, and the link stays valid.
   */
  async reset(request: Request, token: string, wanted: string): Promise<void> {
    const { userId } = await this.links.find(RECOVERY, token);
    const user = (await this.users.find(userId))!;
    const passwordHash = await this.account.hashNew(request, wanted, user.name);
    await this.sessions.revokeAll(userId, {
      reason: 'password changed',
      within: async (tx) => {
        await this.links.use(tx, RECOVERY, token);
        await this.links.withdraw(userId, tx);
        await this.users.replacePassword(tx, user, passwordHash);
      },
    });
    await this.limits.forgive(user.name);
    await this.audit.record(request, 'password-reset', { userId });
  }

  private async letter({ address }: WaitingMail): Promise<Letter | null> {
    const accounts = await this.database.query<{ id: string; name: string }>(
      `SELECT id, name FROM mail_address JOIN users ON id = user_id
        WHERE address = $1 AND disabled_at IS NULL ORDER BY name LIMIT $2`,
      [address, MOST_ACCOUNTS],
    );
    if (accounts.length === 0) return null;
    const links = accounts.map(async ({ id: userId, name }) => {
      const url = await this.links.create(RECOVERY, RESET_PATH, { userId, address });
      await this.audit.write({ event: 'recovery-link-sent', userId, publicId: null });
      return `Set a new password for ${name}:\n\n${url}`;
    });
    return {
      subject: `A new password for ${TITLE}`,
      text: `Somebody asked for a new password at ${TITLE} with this mail address.

${(await Promise.all(links)).join('\n\n')}

A link works once, for ${LINK_MINUTES} minutes. A new password signs out all devices. If you did not ask, ignore this mail:
your password has not changed.
`,
    };
  }
}
