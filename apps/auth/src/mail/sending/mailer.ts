import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { MailConfig } from '../mail-settings.ts';
import type { Letter } from './outbox.ts';

const ON_THIS_MACHINE = /^(localhost|127\.0\.0\.1|\[::1\])$/;
/** Together below the time after which another replica tries. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, dnsTimeout: 10_000, socketTimeout: 15_000 };

/** Hands mails to the SMTP server. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly transport;

  constructor(private readonly config: MailConfig) {
    const { hostname } = new URL(config.smtpUrl);
    // Mails hold links that open accounts. What the URL sets goes first.
    this.transport = createTransport({ url: config.smtpUrl, requireTLS: !ON_THIS_MACHINE.test(hostname), ...TIMEOUTS });
  }

  async send(to: string, { subject, text }: Letter): Promise<void> {
    // RFC 3834: keeps out-of-office responders quiet.
    const headers = { 'Auto-Submitted': 'auto-generated' };
    // An address is never a list of addresses.
    await this.transport.sendMail({ from: this.config.from, to: { name: '', address: to }, subject, text, headers });
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }
}
