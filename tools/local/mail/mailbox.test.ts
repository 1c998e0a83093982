import { request } from 'node:http';
import { createTransport } from 'nodemailer';
import { type Mailbox, startMailbox } from './mailbox.ts';

describe('the mailbox', () => {
  let mailbox: Mailbox;
  beforeAll(async () => {
    mailbox = await startMailbox();
  });
  afterAll(() => mailbox.close());

  const send = (subject: string, text: string) =>
    createTransport(mailbox.smtpUrl).sendMail({ from: 'a@example.org', to: 'ana@example.org', subject, text });
  const get = (path: string, headers = {}) => fetch(`${mailbox.url}${path}`, { headers }).then((response) => response.text());

  it('shows what it was sent, as text with links, whatever it holds', async () => {
    await send('Grüße <b>', 'Zürich: https://site.example/a?b=1&token=<script>alert(1)</script> "quoted"');
    expect(await get('/')).toContain('<a href="/0">Grüße &lt;b&gt;</a> to ana@example.org');
    const page = await get('/0');
    expect(page).toContain('Zürich: <a href="https://site.example/a?b=1');
    expect(page).not.toContain('<script>');
    expect(JSON.parse(await get('/', { accept: 'application/json' }))).toEqual([
      expect.objectContaining({ to: 'ana@example.org', subject: 'Grüße <b>' }),
    ]);
  });

  it('answers to no other name of this machine', async () => {
    const status = await new Promise((resolve) => {
      const asked = request(mailbox.url, { headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.end();
    });
    expect(status).toBe(421);
  });
});
