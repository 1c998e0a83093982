/** @seconds 9 */
import { createClient } from 'redis';
import { until } from '../support/backends.ts';
import { loginAs } from '../support/client.ts';
import { PASSWORD, sessionStatus, snapshot } from '../security/site.ts';
import { type MailSite, sent, startMailSite } from './mail-site.ts';

let site: MailSite;
beforeAll(async () => {
  site = await startMailSite({ auths: 2, env: { SESSION_RENEW_SECONDS: '1' } });
}, 120_000);

const NEW_DEVICE = /New sign-in/;
const DEVICE_COOKIE = 'baton-device';

describe('the owner of an account gets a mail', () => {
  it('when the password is changed', async () => {
    const client = await site.reachable();
    await client.post('/auth/password', { currentPassword: PASSWORD, newPassword: 'another long sentence' });
    const { text } = await site.mail(client.address, /password .* was changed/);
    expect(text).toMatch(/Time: \d{4}-\d\d-\d\d \d\d:\d\d UTC\nNetwork address: [\d.:a-f]+\n/);
  });

  it('when a browser signs in that is new to the account, and not when a known one does', async () => {
    const client = await site.reachable();
    const stranger = site.visitor();
    await loginAs(stranger, client.credentials);
    await site.mail(client.address, NEW_DEVICE);
    await client.post('/auth/logout');
    await loginAs(client, client.credentials);
    await loginAs(stranger, client.credentials);
    // Another account of the same browser does not make it new to this one.
    await loginAs(stranger, (await site.reachable()).credentials);
    await loginAs(stranger, client.credentials);
    const other = site.visitor();
    await loginAs(other, client.credentials);
    await site.mail(client.address, NEW_DEVICE, 1);
    // A mail too many would still be on its way.
    await until(async () => (await site.query('SELECT FROM mail_outbox')).length === 0, 'the outbox to be empty');
    expect(sent(site.mailbox, client.address, NEW_DEVICE)).toHaveLength(2);
  });

  it('when a session is stolen, once for all replicas', async () => {
    const client = await site.reachable();
    const thief = await withOldId(client);
    await passGrace(client.credentials.username);
    expect(await sessionStatus(thief, site.portal[0]!)).toBe(401);
    await site.mail(client.address, /may have been stolen/);
    await client.post('/auth/logout');
    const again = site.visitor();
    await loginAs(again, client.credentials);
    await site.mail(client.address, NEW_DEVICE);
    expect(sent(site.mailbox, client.address, /may have been stolen/)).toHaveLength(1);
  }, 40_000);

  it('that holds nothing a client made up', async () => {
    const client = await site.reachable();
    const headers = { 'user-agent': 'https://evil.example', 'x-forwarded-for': 'https://evil.example' };
    const response = await site.visitor().post('/auth/login', client.credentials, { headers });
    expect(response.status).toBe(200);
    expect((await site.mail(client.address, NEW_DEVICE)).text).not.toContain('evil');
  });
});

describe('the cookie that makes a browser known', () => {
  it('is out of reach of scripts, the same for every login, and no table holds it', async () => {
    const { credentials, ...client } = await site.reachable();
    const id = client.jar.get(DEVICE_COOKIE)!;
    const response = await loginAs(client, credentials);
    const cookie = response.headers.getSetCookie().find((each) => each.startsWith(DEVICE_COOKIE));
    expect(cookie).toMatch(new RegExp(`^${DEVICE_COOKIE}=${id}; Max-Age=15552000; Path=/; .*HttpOnly; SameSite=Lax$`));
    expect(JSON.stringify(await site.query('SELECT * FROM known_device'))).not.toContain(id.split('.')[0]);
  });

  it('does not sign anybody in, and a made-up one is replaced', async () => {
    const { credentials, ...client } = await site.reachable();
    const visitor = snapshot(client, site.auth[0]!.url);
    visitor.jar.delete('baton');
    expect((await visitor.get('/auth/mail')).status).toBe(401);
    visitor.jar.set(DEVICE_COOKIE, 'made-up');
    await loginAs(visitor, credentials);
    expect(visitor.jar.get(DEVICE_COOKIE)).toMatch(/^[\w-]{22}\.[\w-]{43}$/);
  });
});

/** Uses the session until its id is renewed. Returns a visitor with the old id. */
async function withOldId(client: Parameters<typeof snapshot>[0]) {
  const before = snapshot(client, site.portal[0]!.url);
  const idOf = (visitor: typeof before) => visitor.jar.get('baton');
  for (const deadline = performance.now() + 20_000; idOf(client) === idOf(before);) {
    if (performance.now() > deadline) throw new Error('The id was not renewed.');
    await sessionStatus(client, site.portal[0]!);
  }
  expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
  return before;
}

/** Moves the renewal into the past, in the record, and deletes the copy. */
async function passGrace(username: string): Promise<void> {
  await site.query(
    `UPDATE session SET renewed_at = renewed_at - interval '31 s', version = version + 1
      WHERE user_id = (SELECT id::text FROM users WHERE name = $1)`,
    [username],
  );
  const redis = createClient({ url: site.env['REDIS_URL']! });
  await redis.connect();
  await redis.flushDb();
  redis.destroy();
}
