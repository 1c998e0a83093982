import type { Extension } from '../extension.ts';
import { NAME } from '../name.ts';
import { startMailbox } from './mailbox.ts';

/** A mailbox that catches every mail, unless SMTP_URL names a server. */
export const mail: Extension = {
  environment: {},
  async start(environment) {
    if (environment['SMTP_URL']) return null;
    const mailbox = await startMailbox();
    const { smtpUrl, url } = mailbox;
    return {
      environmentOf: (app, siteUrl) =>
        app === 'auth' ? { SMTP_URL: smtpUrl, MAIL_FROM: `no-reply@${NAME}.localhost`, SITE_URL: siteUrl } : {},
      rows: [['Mailbox', url]],
      close: () => mailbox.close(),
    };
  },
};
