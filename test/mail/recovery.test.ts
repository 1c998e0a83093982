/** @seconds 9 */
import { browserless, type Client } from '../support/client.ts';
import { startReplica } from '../support/replicas.ts';
import { PASSWORD, sessionStatus } from '../security/site.ts';
import { linkIn, type MailSite, newAddress, sent, startMailSite, tokenIn } from './mail-site.ts';

let site: MailSite;
beforeAll(async () => {
  site = await startMailSite({ auths: 2 });
}, 120_000);

const page = { headers: { accept: 'text/html' } };
const NEW = 'another long sentence';

const ask = (address: string, visitor: Client = site.visitor()) => visitor.post('/auth/recovery', { address });
async function link(address: string, after = 0): Promise<string> {
  await ask(address);
  return tokenIn(await site.mail(address, /A new password/, after));
}
const reset = (token: string, newPassword = NEW, visitor = site.visitor()) =>
  visitor.post('/auth/recovery/password', { token, newPassword });
const statusOfLogin = async (username: string, password: string) =>
  (await site.visitor().post('/auth/login', { username, password })).status;

describe('a forgotten password', () => {
  it('is replaced through a mail, which ends all sessions and signs nobody in', async () => {
    const client = await site.reachable();
    const { username } = client.credentials;
    const visitor = site.visitor();
    const token = await link(client.address);
    expect((await reset(token, NEW, visitor)).status).toBe(204);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(401);
    expect(await sessionStatus(visitor, site.portal[0]!)).toBe(401);
    expect([await statusOfLogin(username, PASSWORD), await statusOfLogin(username, NEW)]).toEqual([401, 200]);
    const events = await site.query<{ event: string }>(
      'SELECT event FROM audit_log JOIN users ON users.id::text = user_id WHERE name = $1',
      [username],
    );
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['recovery-link-sent', 'password-reset']));
    expect((await site.mail(client.address, /password .* was changed/)).text).toContain('A new password was set with a link');
  });

  it('is replaced once per link, also by 10 requests to two replicas at the same moment', async () => {
    const client = await site.reachable();
    const token = await link(client.address);
    const visitors = Array.from({ length: 10 }, (_, n) => browserless(site.auth[n % 2]!.url));
    const statuses = await Promise.all(visitors.map(async (each, n) => (await reset(token, `${NEW} ${n}`, each)).status));
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(statuses.filter((status) => ![204, 409, 410].includes(status))).toEqual([]);
  });

  it('keeps its link when the new one is too weak, and loses it after 15 minutes', async () => {
    const client = await site.reachable();
    const token = await link(client.address);
    expect((await reset(token, 'password1')).status).toBe(422);
    await site.query('UPDATE mail_link SET expires_at = now()');
    expect((await reset(token)).status).toBe(410);
    expect(await statusOfLogin(client.credentials.username, PASSWORD)).toBe(200);
  });

  it('is found again although guesses have locked the login', async () => {
    const client = await site.reachable();
    const { username } = client.credentials;
    for (let guess = 0; guess < 10; guess++) await statusOfLogin(username, `guess ${guess}`);
    expect(await statusOfLogin(username, PASSWORD)).toBe(429);
    await reset(await link(client.address));
    expect(await statusOfLogin(username, NEW)).toBe(200);
  });
});

describe('a link to a new password', () => {
  it('goes to no unconfirmed, replaced, removed or disabled address', async () => {
    const [unconfirmed, replaced, disabled] = [await site.newcomer(), await site.reachable(), await site.reachable()];
    const waiting = newAddress();
    await unconfirmed.post('/auth/mail', { address: waiting, password: PASSWORD });
    await site.mail(waiting, /Confirm/);
    await replaced.post('/auth/mail/remove', { passwordToRemove: PASSWORD });
    await site.query('UPDATE users SET disabled_at = now() WHERE name = $1', [disabled.credentials.username]);
    for (const address of [waiting, replaced.address, disabled.address]) expect((await ask(address)).status).toBe(202);
    await untilDelivered();
    for (const address of [waiting, replaced.address, disabled.address])
      expect(sent(site.mailbox, address, /A new password/)).toEqual([]);
  });

  it('ends when the password is changed, and so does a link to another address', async () => {
    const client = await site.reachable();
    const address = newAddress();
    await client.post('/auth/mail', { address, password: PASSWORD });
    const confirm = tokenIn(await site.mail(address, /Confirm/));
    const token = await link(client.address);
    expect((await client.post('/auth/password', { currentPassword: PASSWORD, newPassword: NEW })).status).toBe(204);
    expect((await reset(token, 'a third long sentence')).status).toBe(410);
    expect((await site.visitor().post('/auth/mail/confirm', { token: confirm })).status).toBe(410);
  });

  it('of a thief, which confirms another address, ends with the reset', async () => {
    const client = await site.reachable();
    const address = newAddress();
    await client.post('/auth/mail', { address, password: PASSWORD });
    const confirm = tokenIn(await site.mail(address, /Confirm/));
    await reset(await link(client.address));
    expect((await site.visitor().post('/auth/mail/confirm', { token: confirm })).status).toBe(410);
  });

  it('is asked for once for all accounts of an address', async () => {
    const [one, other] = [await site.reachable(), await site.newcomer()];
    await other.post('/auth/mail', { address: one.address, password: PASSWORD });
    await site.visitor().post('/auth/mail/confirm', { token: tokenIn(await site.mail(one.address, /Confirm/, 1)) });
    await ask(one.address);
    const { text } = await site.mail(one.address, /A new password/);
    for (const { username } of [one.credentials, other.credentials]) expect(text).toContain(`for ${username}:`);
  });
});

describe('whoever asks', () => {
  it('learns nothing: the same answer for an address that nobody has', async () => {
    const client = await site.reachable();
    const answers = [await ask(client.address), await ask(newAddress())];
    const shown = answers.map(({ status, text, headers }) => [status, text, [...headers.keys()].toSorted()]);
    expect(shown[1]).toEqual(shown[0]);
    await untilDelivered();
    const down = await startReplica('auth', { ...site.env, SMTP_URL: 'smtp://127.0.0.1:1' });
    const pages = [client.address, newAddress()].map((address) =>
      browserless(down.url).submit('/auth/recovery', { address }, page),
    );
    const [known, unknown] = (await Promise.all(pages)).map(({ text }) => text.replace(/nonce="[^"]*"|\d+ ms/g, ''));
    expect(known).toContain('If an account uses this address');
    expect(unknown).toBe(known);
  });

  it('is refused after so many mails, for a known address as for an unknown one', async () => {
    const strict = await startReplica('auth', { ...site.env, LOGIN_FAILURES_PER_ACCOUNT: '2' });
    const client = await site.reachable();
    const visitor = browserless(strict.url);
    for (const address of [newAddress(), newAddress()]) {
      const statuses = [];
      for (let n = 0; n < 3; n++) statuses.push((await ask(address, visitor)).status);
      expect(statuses).toEqual([202, 202, 429]);
    }
    // The mail that confirmed it counts as well.
    expect([(await ask(client.address, visitor)).status, (await ask(client.address, visitor)).status]).toEqual([202, 429]);
  });

  it('does so in pages that work without scripts', async () => {
    const client = await site.reachable();
    expect((await site.visitor().get('/auth/login', page)).text).toContain('href="/auth/recovery"');
    expect((await site.visitor().submit('/auth/recovery', { address: client.address }, page)).text).toContain('on its way');
    const { pathname, search, searchParams } = linkIn(await site.mail(client.address, /A new password/));
    const token = searchParams.get('token')!;
    expect((await site.visitor().get(pathname + search, page)).text).toContain(`value="${token}"`);
    const weak = await site.visitor().submit(pathname, { token, newPassword: 'password1' }, page);
    expect([weak.status, weak.text.includes(`value="${token}"`)]).toEqual([422, true]);
    // In the browser that is still signed in: it is signed out, cookie and all.
    const done = await client.submit(pathname, { token, newPassword: NEW }, page);
    expect([done.status, done.text.includes('has been changed'), done.text.includes('/auth/logout')]).toEqual([200, true, false]);
  });
});

async function untilDelivered(): Promise<void> {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline;)
    if ((await site.query('SELECT 1 FROM mail_outbox')).length === 0) return;
  throw new Error('The outbox is not empty.');
}
