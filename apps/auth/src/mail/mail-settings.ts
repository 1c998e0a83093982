import { ConfigError, webOrigin } from '@baton/platform';
import { z } from 'zod';

const smtpUrl = z.url({ protocol: /^smtps?$/, error: 'expected a URL that begins with smtp:// or smtps://' });
/** `ana@example.org` or `Ana <ana@example.org>`; a line break would begin another header. */
const sender = z.string().regex(/^[^\r\n<>]*<[^\s<>@]+@[^\s<>@]+>$|^[^\s<>@]+@[^\s<>@]+$/, 'expected a mail address');

/** Unset, there is no mail: no addresses, no links, no notices. */
export const mailSettings = {
  /** Encrypted unless the server is on this machine, or the URL ends in `?requireTLS=false`. */
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: sender.optional(),
  /** Where visitors reach the site. Links in mails begin with it, never with a Host header: whoever asks for a mail chooses that. */
  SITE_URL: webOrigin.optional(),
};

export type MailSettings = z.infer<z.ZodObject<typeof mailSettings>>;

export class MailConfig {
  constructor(
    readonly smtpUrl: string,
    readonly from: string,
    readonly siteUrl: string,
  ) {}
}

/**
 * Null without SMTP_URL.
 * @throws ConfigError if a setting is missing that mail needs.
 */
export function toMailConfig({ SMTP_URL, MAIL_FROM, SITE_URL }: MailSettings): MailConfig | null {
  if (!SMTP_URL) return null;
  if (MAIL_FROM && SITE_URL) return new MailConfig(SMTP_URL, MAIL_FROM, SITE_URL);
  const missing = Object.entries({ MAIL_FROM, SITE_URL }).filter(([, value]) => !value);
  throw new ConfigError(missing.map(([name]) => `${name} is missing (SMTP_URL needs it)`));
}
