/** @seconds 8 */
import { setTimeout as pause } from 'node:timers/promises';
import { browserless } from '../support/client.ts';
import { type Replica, startReplica } from '../support/replicas.ts';
import { PASSWORD } from '../security/site.ts';
import { linkIn, type MailSite, newAddress, sent, SITE_URL, startMailSite, tokenIn } from './mail-site.ts';

let site: MailSite;
beforeAll(async () => {
  site = await startMailSite({ auths: 2 });
}, 120_000);

const page = { headers: { accept: 'text/html' } };
const confirm = (token: string) => site.visitor().post('/auth/mail/confirm', { token });

describe('the mail address of an account', () => {
  it('is used only after its reader has opened the link, without signing in', async () => {
    const [client, address] = [await site.newcomer(), newAddress()];
    expect((await client.get('/auth/mail')).body).toEqual({ address: null });
    expect((await client.post('/auth/mail', { address: ` ${address.toUpperCase()} `, password: PASSWORD })).status).toBe(202);
    const mail = await site.mail(address, /Confirm/);
    expect(mail.text).toContain(client.credentials.username);
    expect((await client.get('/auth/mail')).body).toEqual({ address: null });
    const link = linkIn(mail);
    expect(link.origin).toBe(SITE_URL);
    const opened = await site.visitor().get(link.pathname + link.search, page);
    expect([opened.status, opened.text.includes('Confirm the address')]).toEqual([200, true]);
    expect((await client.get('/auth/mail')).body).toEqual({ address: null });
    expect((await confirm(tokenIn(mail))).status).toBe(204);
    expect((await client.get('/auth/mail')).body).toEqual({ address });
  });

  it('is set and removed only with the password', async () => {
    const client = await site.reachable();
    const address = newAddress();
    expect((await client.post('/auth/mail', { address, password: 'a guess' })).status).toBe(401);
    expect((await client.post('/auth/mail/remove', { passwordToRemove: 'a guess' })).status).toBe(401);
    expect((await client.get('/auth/mail')).body).toEqual({ address: client.address });
    expect(sent(site.mailbox, address, /./)).toEqual([]);
    expect((await site.visitor().get('/auth/mail')).status).toBe(401);
  });

  it('is replaced with a mail to the old address, and removed with one', async () => {
    const client = await site.reachable();
    const next = newAddress();
    await client.post('/auth/mail', { address: next, password: PASSWORD });
    await confirm(tokenIn(await site.mail(next, /Confirm/)));
    await site.mail(client.address, /was changed/);
    expect((await client.post('/auth/mail/remove', { passwordToRemove: PASSWORD })).body).toEqual({ address: null });
    await site.mail(next, /was changed/);
    const { events } = (await client.get('/auth/account')).body as { events: { event: string }[] };
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['mail-confirmed', 'mail-removed']));
  });

  it.each([
    '',
    'nobody',
    'a@b',
    'a@example.org\r\nBcc: b@example.org',
    'a@example.org,b@example.org',
    'k\u0131m@example.org',
    'a\u0000@example.org',
  ])('cannot be %j', async (address) => {
    const client = await site.newcomer();
    expect((await client.post('/auth/mail', { address, password: PASSWORD })).status).toBe(400);
  });

  it('is asked for in pages that work without scripts', async () => {
    const client = await site.newcomer();
    const address = newAddress();
    expect((await client.get('/auth/account', page)).text).toContain('href="/auth/mail"');
    expect((await site.visitor().get('/auth/mail', page)).headers.get('location')).toBe('/auth/login?to=%2Fauth%2Fmail');
    const wrong = await client.submit('/auth/mail', { address, password: 'a guess' }, page);
    expect([wrong.status, wrong.text.includes('role="alert"')]).toEqual([401, true]);
    expect((await client.submit('/auth/mail', { address, password: PASSWORD }, page)).text).toContain(address);
    const token = tokenIn(await site.mail(address, /Confirm/));
    const confirmed = await site.visitor().submit('/auth/mail/confirm', { token }, page);
    expect([confirmed.status, confirmed.text.includes('is confirmed')]).toEqual([200, true]);
    expect((await site.visitor().submit('/auth/mail/confirm', { token }, page)).text).toContain('was used already');
  });
});

describe('a link', () => {
  it('works once, also for 20 requests to two replicas at the same moment', async () => {
    const [client, address] = [await site.newcomer(), newAddress()];
    await client.post('/auth/mail', { address, password: PASSWORD });
    const token = tokenIn(await site.mail(address, /Confirm/));
    const visitors = Array.from({ length: 20 }, (_, n) => browserless(site.auth[n % 2]!.url));
    const statuses = await Promise.all(visitors.map(async (each) => (await each.post('/auth/mail/confirm', { token })).status));
    expect(statuses.toSorted((a, b) => a - b)).toEqual([204, ...Array<number>(19).fill(410)]);
  });

  it('ends after 15 minutes, when the next one is sent, and when the address is removed', async () => {
    const client = await site.reachable();
    const ask = async (address: string) => {
      await client.post('/auth/mail', { address, password: PASSWORD });
      return tokenIn(await site.mail(address, /Confirm/));
    };
    const first = await ask(newAddress());
    const [row] = await site.query<{ seconds: string }>(
      'SELECT extract(epoch FROM max(expires_at) - now()) AS seconds FROM mail_link',
    );
    expect(Number(row!.seconds)).toBeGreaterThan(600);
    expect(Number(row!.seconds)).toBeLessThanOrEqual(900);
    const second = await ask(newAddress());
    expect((await confirm(first)).status).toBe(410);
    await client.post('/auth/mail/remove', { passwordToRemove: PASSWORD });
    expect((await confirm(second)).status).toBe(410);
    const third = await ask(newAddress());
    await site.query(`UPDATE mail_link SET expires_at = now()`);
    expect((await confirm(third)).status).toBe(410);
    expect((await client.get('/auth/mail')).body).toEqual({ address: null });
  });

  it('is in no table and no log', async () => {
    const [client, address] = [await site.newcomer(), newAddress()];
    await client.post('/auth/mail', { address, password: PASSWORD });
    const token = tokenIn(await site.mail(address, /Confirm/));
    await site.visitor().get(`/auth/mail/confirm?token=${token}`, page);
    const tables = await Promise.all(
      ['mail_link', 'mail_outbox', 'audit_log'].map((table) => site.query(`SELECT * FROM ${table}`)),
    );
    const text = JSON.stringify(tables) + site.auth.map((replica) => replica.logs()).join('');
    expect(text.includes(token)).toBe(false);
    expect(site.auth.map((replica) => replica.logs()).join('')).not.toContain(address);
  });
});

describe('a mail', () => {
  it('waits while the mail server is down, and another replica sends it', async () => {
    const down = await startReplica('auth', { ...site.env, SMTP_URL: 'smtp://127.0.0.1:1' });
    const [client, address] = [await site.newcomer(), newAddress()];
    site.auth.forEach((replica) => replica.freeze());
    expect((await client.at(down.url).post('/auth/mail', { address, password: PASSWORD })).status).toBe(202);
    await untilLogged(down, 'mail not sent');
    await down.kill();
    site.auth.forEach((replica) => replica.thaw());
    await site.query('UPDATE mail_outbox SET due_at = now()');
    await site.mail(address, /Confirm/);
  });

  it('can be asked for only so often, by one address and for one', async () => {
    const strict = await startReplica('auth', { ...site.env, LOGIN_FAILURES_PER_ACCOUNT: '2' });
    const client = (await site.newcomer()).at(strict.url);
    const address = newAddress();
    const ask = async () => (await client.post('/auth/mail', { address, password: PASSWORD })).status;
    expect([await ask(), await ask(), await ask()]).toEqual([202, 202, 429]);
  });

  async function untilLogged(replica: Replica, line: string): Promise<void> {
    for (const deadline = performance.now() + 20_000; performance.now() < deadline; await pause(20))
      if (replica.logs().includes(line)) return;
    throw new Error(`${replica.name} did not log ${line}.`);
  }
});

describe('a replica', () => {
  it('without SMTP_URL has no mail pages', async () => {
    const plain = await startReplica('auth', { ...site.env, SMTP_URL: undefined });
    const client = (await site.newcomer()).at(plain.url);
    expect((await client.get('/auth/mail')).status).toBe(404);
    expect((await client.get('/auth/account', page)).text).not.toContain('/auth/mail');
  });

  it('names what SMTP_URL needs, and exits', async () => {
    const env = { ...site.env, MAIL_FROM: undefined, SITE_URL: undefined };
    const replica = await startReplica('auth', env, { until: 'started' });
    expect(await replica.exited).toEqual({ code: 1, signal: null });
    expect(replica.logs()).toContain('MAIL_FROM is missing (SMTP_URL needs it); SITE_URL is missing (SMTP_URL needs it)');
  });
});
