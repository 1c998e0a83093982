/** @seconds 12 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Mail } from '../../tools/local/mail/mailbox-pages.ts';
import { PASSWORD } from '../security/site.ts';
import { browserless, register } from '../support/client.ts';
import { launch } from '../support/launch.ts';
import { temporaryFolder } from '../support/servers.ts';
import { linkIn } from './mail-site.ts';

describe('npm start', () => {
  it('prints the address of a mailbox that shows every mail, with links to the site', async () => {
    const launched = await launch(temporaryFolder('local'), ['--auth', '1', '--portal', '1']);
    const { url } = await launched.run();
    const mailbox = /Mailbox +(http:\S+)/.exec(launched.printed())?.[1] ?? '';
    const visitor = browserless(url);
    await register(visitor);
    await visitor.post('/auth/mail', { address: 'ana@example.org', password: PASSWORD });
    const mail = await firstMail(mailbox);
    expect(mail).toMatchObject({ to: 'ana@example.org', subject: expect.stringContaining('Confirm') });
    expect(linkIn(mail).origin).toBe(url);
    expect((await visitor.post('/auth/mail/confirm', { token: linkIn(mail).searchParams.get('token') })).status).toBe(204);
  }, 90_000);
});

async function firstMail(mailbox: string): Promise<Mail> {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; await pause(50)) {
    const [mail] = (await browserless(mailbox).get('/')).body as Mail[];
    if (mail) return mail;
  }
  throw new Error('No mail arrived.');
}
