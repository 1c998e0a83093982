import { setTimeout as pause } from 'node:timers/promises';
import type { Mail } from '../../tools/local/mail/mailbox-pages.ts';
import { type Mailbox, startMailbox } from '../../tools/local/mail/mailbox.ts';
import { onCleanup } from '../support/cleanup.ts';
import { type Client } from '../support/client.ts';
import { PASSWORD, startSite, type Site } from '../security/site.ts';

export const SITE_URL = 'https://site.example';
const FROM = 'Baton <no-reply@site.example>';

export interface MailSite extends Site {
  mailbox: Mailbox;
  /** Waits for a mail to the address with this subject; `after` skips that many. */
  mail(to: string, subject: RegExp, after?: number): Promise<Mail>;
  /** An account with a confirmed address. */
  reachable(): Promise<Client & { credentials: { username: string; password: string }; address: string }>;
}

let made = 0;
export const newAddress = (): string => `runner${++made}@example.org`;

export async function startMailSite(options: { auths?: number; env?: Record<string, string> } = {}): Promise<MailSite> {
  const mailbox = await startMailbox();
  onCleanup(() => mailbox.close());
  const env = { SMTP_URL: mailbox.smtpUrl, MAIL_FROM: FROM, SITE_URL, ...options.env };
  const site = await startSite({ auths: options.auths ?? 1, env });
  const mail: MailSite['mail'] = (to, subject, after = 0) => untilMail(mailbox, to, subject, after);
  const reachable = async () => {
    const [client, address] = [await site.newcomer(), newAddress()];
    await client.post('/auth/mail', { address, password: PASSWORD });
    await client.post('/auth/mail/confirm', { token: tokenIn(await mail(address, /Confirm/)) });
    return { ...client, address };
  };
  return { ...site, mailbox, mail, reachable };
}

export const sent = (mailbox: Mailbox, to: string, subject: RegExp): Mail[] =>
  mailbox.mails.filter((mail) => mail.to === to && subject.test(mail.subject));

/** Longer than a replica takes to find a mail that another one left. */
const PATIENCE_MS = 30_000;

async function untilMail(mailbox: Mailbox, to: string, subject: RegExp, after: number): Promise<Mail> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await pause(20)) {
    const mail = sent(mailbox, to, subject)[after];
    if (mail) return mail;
  }
  throw new Error(`No mail ${String(subject)} to ${to}: ${JSON.stringify(mailbox.mails)}`);
}

export const linkIn = ({ text }: Mail): URL => new URL(/https?:\/\/\S+/.exec(text)![0]);
export const tokenIn = (mail: Mail): string => linkIn(mail).searchParams.get('token')!;
