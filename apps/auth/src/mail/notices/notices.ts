import { isIP } from 'node:net';
import { TITLE } from '@baton/platform';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { type AuditEntry, AuditLog } from '../../audit/audit-log.ts';
import { passkeyNotices } from '../../passkeys/passkey-event.ts';
import { MailConfig } from '../mail-settings.ts';
import { type Letter, Outbox, type WaitingMail } from '../sending/outbox.ts';
import { NewDevices } from './new-devices.ts';

const NOTICE = 'notice';
const NEW_DEVICE = 'new-device';

interface Notice {
  readonly subject: string;
  readonly sentence: string;
}

/** By the event of the audit log. */
const NOTICES: Record<string, Notice> = {
  [NEW_DEVICE]: { subject: `New sign-in at ${TITLE}`, sentence: 'A browser that is new to your account has signed in.' },
  'password-changed': {
    subject: `Your password for ${TITLE} was changed`,
    sentence: 'The password of your account was changed, and all other devices were signed out.',
  },
  'password-reset': {
    subject: `Your password for ${TITLE} was changed`,
    sentence: 'A new password was set with a link from a mail to this address, and all devices were signed out.',
  },
  'factor-added': {
    subject: `A second factor was added to your account at ${TITLE}`,
    sentence: 'From now on, signing in needs this factor besides your password. All other devices were signed out.',
  },
  'factor-removed': {
    subject: `A second factor was removed from your account at ${TITLE}`,
    sentence: 'A second factor of your account was removed, and all other devices were signed out.',
  },
  'factor-reset': {
    subject: `Your second factors at ${TITLE} were reset`,
    sentence: 'An administrator has removed all second factors of your account, and all devices were signed out.',
  },
  'recovery-code-used': {
    subject: `A recovery code for ${TITLE} was used`,
    sentence: 'Somebody has used your password and one of your recovery codes. The code is void now.',
  },
  'recovery-codes-replaced': {
    subject: `New recovery codes for ${TITLE}`,
    sentence: 'Your account has new recovery codes. The old ones are void.',
  },
  'second-factor-locked': {
    subject: `Wrong codes for your account at ${TITLE}`,
    sentence: 'Somebody who knows your password has sent too many wrong codes. Further ones are refused for a while.',
  },
  'theft-detected': {
    subject: `A session of yours at ${TITLE} may have been stolen`,
    sentence: 'Two browsers used the same session, and one of them was not yours. The session has been ended.',
  },
  ...passkeyNotices,
};

/** Mails to the owner about events of the audit log: once per event, because one replica records it. */
@Injectable()
export class Notices {
  constructor(
    audit: AuditLog,
    private readonly outbox: Outbox,
    private readonly devices: NewDevices,
    private readonly config: MailConfig,
  ) {
    outbox.writers.set(NOTICE, (mail) => this.letter(mail));
    audit.subscribe((entry, request) => this.tell(entry, request));
  }

  private async tell({ event, userId, address }: AuditEntry, request?: Request): Promise<void> {
    if (!userId) return;
    const isNewDevice = event === 'login-ok' && request !== undefined && (await this.devices.isNew(request, userId));
    const about = isNewDevice ? NEW_DEVICE : event;
    if (!NOTICES[about]) return;
    // What a client may have made up, such as its user agent, has no place in a mail.
    const from = address && isIP(address) ? address : '';
    await this.outbox.addFor(userId, NOTICE, { about, at: new Date().toISOString(), from });
  }

  private letter({ details: { about = '', at = '', from } }: WaitingMail): Letter | null {
    const notice = NOTICES[about];
    if (!notice) return null;
    return {
      subject: notice.subject,
      text: `${notice.sentence}

Time: ${at.slice(0, 16).replace('T', ' ')} UTC${from ? `\nNetwork address: ${from}` : ''}

If this was not you, change your password and check your devices: ${this.config.siteUrl}/auth/account
`,
    };
  }
}
