/** @seconds 9 */
import { browserless, type Client, USER } from '../support/client.ts';
import { PASSWORD, sessionStatus, snapshot, startSite, type Site } from '../security/site.ts';
import { changeSessions, codeOf, enrol, type Enrolment, forgetUsedCodes, logInTwice, wrongCodeOf } from './totp-site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
}, 120_000);

const form = { headers: { accept: 'text/html' } };

async function withApp(): Promise<Client & { credentials: typeof USER } & Enrolment> {
  const client = await site.newcomer();
  return { ...client, ...(await enrol(client)) };
}

/** Somebody who knows the password, in another browser. */
async function afterPassword({ credentials }: { credentials: typeof USER }, auth = 0): Promise<Client> {
  await forgetUsedCodes(site);
  const visitor = browserless(site.auth[auth]!.url);
  const response = await visitor.post('/auth/login', credentials);
  if (response.status !== 401) throw new Error(`a second factor was not asked for: ${response.text}`);
  return visitor;
}

describe('the password of an account with an app', () => {
  it('leads programs to the second step with a problem document', async () => {
    const { credentials } = await withApp();
    const response = await site.visitor().post('/auth/login', credentials);
    expect([response.status, response.headers.get('content-type')]).toEqual([401, expect.stringMatching(/problem\+json/)]);
    expect(response.body).toMatchObject({
      type: 'urn:baton:second-factor',
      factors: [{ name: 'totp', path: '/auth/totp/verify' }],
    });
  });

  it('signs nobody in anywhere, and a wrong password looks as before', async () => {
    const account = await withApp();
    const visitor = await afterPassword(account);
    expect(await sessionStatus(visitor, site.portal[0]!)).toBe(401);
    for (const path of ['/auth/account', '/auth/sessions', '/auth/totp', '/auth/admin/users'])
      expect([path, (await visitor.get(path)).status]).toEqual([path, 401]);
    for (const path of ['/auth/token', '/auth/totp', '/auth/totp/remove', '/auth/totp/recovery-codes', '/auth/reauthenticate'])
      expect([path, (await visitor.post(path, { password: PASSWORD })).status]).toEqual([path, 401]);
    const live = await account.get('/auth/sessions');
    expect(live.body).toHaveLength(1);
    const wrong = await site.visitor().post('/auth/login', { ...account.credentials, password: 'wrong' });
    const unknown = await site.visitor().post('/auth/login', { username: 'nobody-at-all', password: 'wrong' });
    expect([wrong.status, wrong.text]).toEqual([401, unknown.text]);
  });

  it('gets a new id for the session between the steps, and the code another one; the ids before are void', async () => {
    const { credentials, secret } = await withApp();
    const visitor = site.visitor();
    await visitor.at(site.portal[0]!.url).post('/api/tally', { name: 'lap', amount: 2 });
    const anonymous = snapshot(visitor, site.auth[0]!.url);
    await visitor.post('/auth/login', credentials);
    const between = snapshot(visitor, site.auth[0]!.url);
    expect(between.jar.get('baton')).not.toBe(anonymous.jar.get('baton'));
    await forgetUsedCodes(site);
    expect((await anonymous.post('/auth/totp/verify', { code: codeOf(secret) })).status).toBe(401);
    const response = await visitor.post('/auth/totp/verify', { code: codeOf(secret) });
    expect([response.status, response.body.user.name]).toEqual([200, credentials.username]);
    expect(visitor.jar.get('baton')).not.toBe(between.jar.get('baton'));
    expect(await sessionStatus(visitor, site.portal[0]!)).toBe(200);
    expect((await visitor.at(site.portal[0]!.url).get('/api/tally')).body.tally).toEqual({ lap: 2 });
    await forgetUsedCodes(site);
    expect((await between.post('/auth/totp/verify', { code: codeOf(secret) })).status).toBe(401);
  });

  it('leads people to a form, which comes again after a wrong code and goes where they wanted to', async () => {
    const { credentials, secret } = await withApp();
    const visitor = site.visitor();
    const first = await visitor.submit('/auth/login', { ...credentials, to: '/notes?x=1' }, form);
    expect([first.status, first.headers.get('location')]).toEqual([303, '/auth/totp/verify?to=%2Fnotes%3Fx%3D1']);
    const page = await visitor.get(first.headers.get('location')!, form);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('name="to" value="/notes?x=1"')]);
    const wrong = await visitor.submit('/auth/totp/verify', { code: wrongCodeOf(secret), to: '/notes?x=1' }, form);
    expect([wrong.status, wrong.text]).toEqual([401, expect.stringContaining('name="to" value="/notes?x=1"')]);
    await forgetUsedCodes(site);
    const right = await visitor.submit('/auth/totp/verify', { code: codeOf(secret), to: '/notes?x=1' }, form);
    expect([right.status, right.headers.get('location')]).toEqual([303, '/notes?x=1']);
  });

  it('keeps the wish to stay signed in until the code is right', async () => {
    const { credentials, secret } = await withApp();
    const idleDays = async (choice: object) => {
      const visitor = site.visitor();
      await logInTwice(site, visitor, { ...credentials, ...choice }, secret);
      const sessions = (await visitor.get('/auth/sessions')).body as { current: boolean; idleSeconds: number }[];
      return sessions.find(({ current }) => current)!.idleSeconds / 86_400;
    };
    expect(await idleDays({ remember: true })).toBe(14);
    expect(await idleDays({})).toBeLessThan(1);
  });

  it('does not keep who was signed in signed in as somebody else', async () => {
    const other = await site.newcomer();
    const { credentials } = await withApp();
    await other.post('/auth/login', credentials);
    expect(await sessionStatus(other, site.portal[0]!)).toBe(401);
  });
});

describe('the second step', () => {
  it('is refused without a password, after ten minutes, and after the password was changed', async () => {
    const account = await withApp();
    const code = () => ({ code: codeOf(account.secret) });
    await forgetUsedCodes(site);
    expect((await site.visitor().post('/auth/totp/verify', code())).status).toBe(401);
    expect((await site.visitor().get('/auth/second-factor')).status).toBe(401);
    expect((await account.get('/auth/second-factor')).status).toBe(401);
    const late = await afterPassword(account);
    expect((await late.get('/auth/second-factor')).body.factors).toMatchObject([{ name: 'totp' }]);
    await changeSessions(site, '{secondStep,at}', Date.now() - 11 * 60_000);
    expect((await late.post('/auth/totp/verify', code())).body.title).toBe('Password needed');
    expect((await late.get('/auth/second-factor')).status).toBe(401);
    const outdated = await afterPassword(account);
    const change = { currentPassword: PASSWORD, newPassword: 'another long sentence' };
    expect((await account.post('/auth/password', change)).status).toBe(204);
    expect((await outdated.post('/auth/totp/verify', code())).body.title).toBe('Password needed');
    expect(await sessionStatus(outdated, site.portal[0]!)).toBe(401);
  });

  it('accepts a code once, also on another replica and of ten at the same time', async () => {
    const account = await withApp();
    const visitors = [];
    for (let index = 0; index < 10; index++) visitors.push(await afterPassword(account, index % 2));
    const code = codeOf(account.secret);
    const answers = await Promise.all(visitors.map((visitor) => visitor.post('/auth/totp/verify', { code })));
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    const late = browserless(site.auth[1]!.url);
    await late.post('/auth/login', account.credentials);
    expect((await late.post('/auth/totp/verify', { code })).status).toBe(401);
  });

  it('accepts the code of the next step, and none of a minute ago', async () => {
    const account = await withApp();
    const visitor = await afterPassword(account);
    expect((await visitor.post('/auth/totp/verify', { code: codeOf(account.secret, -2) })).status).toBe(401);
    expect((await visitor.post('/auth/totp/verify', { code: codeOf(account.secret, 1) })).status).toBe(200);
  });

  it('refuses the code that set up the app', async () => {
    const account = await site.newcomer();
    const { secret } = (await account.post('/auth/totp')).body as { secret: string };
    const code = codeOf(secret);
    await account.post('/auth/totp/confirm', { code });
    const visitor = site.visitor();
    await visitor.post('/auth/login', account.credentials);
    expect((await visitor.post('/auth/totp/verify', { code })).status).toBe(401);
  });

  it('takes no code of an app that is not confirmed, for an account that has another second factor', async () => {
    const account = await withApp();
    const visitor = await afterPassword(account);
    const name = account.credentials.username;
    const confirmed = (at: string) =>
      site.query(`UPDATE totp SET confirmed_at = ${at} WHERE user_id = (SELECT id FROM users WHERE name = $1)`, [name]);
    await confirmed('NULL');
    for (const code of [codeOf(account.secret), account.recoveryCodes[0]])
      expect((await visitor.post('/auth/totp/verify', { code })).status).toBe(401);
    await confirmed('now()');
    expect((await visitor.post('/auth/totp/verify', { code: codeOf(account.secret) })).status).toBe(200);
  });

  it('refuses further codes after 10 of 20 wrong ones on two replicas, even the right one; other accounts are not affected', async () => {
    const [account, other] = [await withApp(), await withApp()];
    const visitors = [await afterPassword(account, 0), await afterPassword(account, 1)];
    const code = wrongCodeOf(account.secret);
    const guesses = Array.from({ length: 20 }, (_, index) => visitors[index % 2]!.post('/auth/totp/verify', { code }));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect((await visitors[0]!.post('/auth/totp/verify', { code: codeOf(account.secret) })).status).toBe(429);
    await logInTwice(site, site.visitor(), other.credentials, other.secret);
    expect((await site.visitor().post('/auth/login', USER)).status).toBe(200);
  }, 60_000);

  it('accepts each recovery code once, and with one the owner can replace the lost app', async () => {
    const { credentials, recoveryCodes } = await withApp();
    const stranger = await afterPassword(await withApp());
    expect((await stranger.post('/auth/totp/verify', { code: recoveryCodes[0] })).status).toBe(401);
    const owner = site.visitor();
    await owner.post('/auth/login', credentials);
    expect((await owner.post('/auth/totp/verify', { code: recoveryCodes[0]!.toUpperCase() })).status).toBe(200);
    expect((await owner.get('/auth/totp')).body).toEqual({ isEnrolled: true, codesLeft: 9 });
    const again = site.visitor();
    await again.post('/auth/login', credentials);
    expect((await again.post('/auth/totp/verify', { code: recoveryCodes[0] })).status).toBe(401);
    expect((await owner.post('/auth/totp/remove')).status).toBe(204);
    expect((await site.visitor().post('/auth/login', credentials)).status).toBe(200);
    const next = await enrol(owner);
    const visitor = site.visitor();
    await logInTwice(site, visitor, credentials, next.secret);
    expect(await sessionStatus(visitor, site.portal[0]!)).toBe(200);
  });
});
