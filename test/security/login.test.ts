/** @seconds 10 */
import { browserless, type Client, type Credentials, USER } from '../support/client.ts';
import { startReplica } from '../support/replicas.ts';
import { newCredentials, sessionStatus, snapshot, startSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite({ env: { LOGIN_FAILURES_PER_ADDRESS: '100000' } });
}, 60_000);

const form = { headers: { accept: 'text/html' } };

describe('signing in', () => {
  it('responds to JSON with the user and to forms with a redirect', async () => {
    const program = await site.visitor().post('/auth/login', USER);
    expect(program.status).toBe(200);
    expect(program.body).toEqual({ user: { id: expect.any(String), name: USER.username, roles: ['user'] } });
    const person = await site.visitor().submit('/auth/login', { ...USER, to: '/cart?x=1' }, form);
    expect([person.status, person.headers.get('location')]).toEqual([303, '/cart?x=1']);
  });

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'never redirects to %s',
    async (to) => {
      const response = await site.visitor().submit('/auth/login', { ...USER, to }, form);
      expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    },
  );

  it('accepts the name in any case and with spaces around it', async () => {
    expect((await site.visitor().post('/auth/login', { ...USER, username: ` ${USER.username.toUpperCase()} ` })).status).toBe(
      200,
    );
  });

  it('issues a new id, keeps the tally, and revokes the previous session (fixation)', async () => {
    const visitor = site.visitor();
    await visitor.at(site.portal[0]!.url).post('/api/tally', { name: 'lap', amount: 2 });
    const before = snapshot(visitor, site.portal[0]!.url);
    expect(before.jar.size).toBe(1);
    await visitor.post('/auth/login', USER);
    expect([...visitor.jar.values()]).not.toEqual([...before.jar.values()]);
    expect((await visitor.at(site.portal[0]!.url).get('/api/tally')).body.tally).toEqual({ lap: 2 });
    expect(await sessionStatus(before, site.portal[0]!)).toBe(401);
    expect((await before.get('/api/tally')).status).toBe(401);
  });

  it('issues a new id at every further authentication', async () => {
    const client = await site.signedIn();
    const before = snapshot(client, site.portal[0]!.url);
    await client.post('/auth/login', USER);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
    expect(await sessionStatus(before, site.portal[0]!)).toBe(401);
  });

  it('creates no session for an invented id', async () => {
    const invented = new Map([['baton', `s:${'A'.repeat(65)}.${'B'.repeat(43)}`]]);
    const client = browserless(site.auth[0]!.url, invented);
    await client.post('/auth/login', USER);
    expect(client.jar.get('baton')).not.toContain('A'.repeat(65));
  });

  it('accepts credentials in the body only', async () => {
    const { username, password } = USER;
    const response = await site.visitor().post(`/auth/login?username=${username}&password=${password}`, {});
    expect([response.status, response.body.fields]).toEqual([400, ['username', 'password']]);
  });

  it.each(['/auth/login', '/auth/register'])('gets a 400 from %s for a name that Postgres cannot store', async (path) => {
    for (const username of ['ro\u0000bin', 'robin\ud800']) {
      const response = await site.visitor().post(path, { ...USER, username });
      expect([response.status, response.body.fields]).toEqual([400, ['username']]);
    }
  });

  it('shows the form with the name but without the password after a failed login', async () => {
    const response = await site
      .visitor()
      .submit('/auth/login', { username: '"><b>x', password: 'secret-typo', to: '/cart' }, form);
    expect(response.status).toBe(401);
    expect(response.text).toContain('value="&quot;>&lt;b>x"');
    expect(response.text).toContain('name="to" value="/cart"');
    expect(response.text).not.toContain('secret-typo');
  });
});

describe('signing out', () => {
  it('revokes the session on every replica and clears the cookie', async () => {
    const client = await site.signedIn();
    const before = snapshot(client, site.portal[0]!.url);
    const response = await client.post('/auth/logout');
    expect(response.status).toBe(204);
    expect(response.headers.get('clear-site-data')).toContain('storage');
    expect(client.jar.has('baton')).toBe(false);
    expect(await sessionStatus(before, site.portal[0]!)).toBe(401);
    expect((await before.at(site.auth[1]!.url).get('/auth/sessions')).status).toBe(401);
  });

  it('redirects to the start page, even without a session', async () => {
    const response = await site.visitor().submit('/auth/logout', {}, form);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
  });
});

describe('guessing passwords', () => {
  it('gets the same response for an unknown user and a wrong password', async () => {
    const [known] = [await site.newcomer()];
    const wrong = await site.visitor().post('/auth/login', { ...known.credentials, password: 'wrong' });
    const unknown = await site.visitor().post('/auth/login', { ...newCredentials(), password: 'wrong' });
    expect([wrong.status, wrong.text]).toEqual([401, unknown.text]);
    expect([...wrong.headers.keys()]).toEqual([...unknown.headers.keys()]);
    expect(unknown.status).toBe(401);
  });

  it('is refused after 10 of 100 attempts on two replicas, even with the correct password; other accounts are not affected', async () => {
    const victim = await site.newcomer();
    const guess = (index: number) =>
      browserless(site.auth[index % 2]!.url).post('/auth/login', { ...victim.credentials, password: `guess ${index}` });
    const statuses: number[] = [];
    for (let index = 0; index < 100; index += 10) {
      const responses = await Promise.all(Array.from({ length: 10 }, (_, offset) => guess(index + offset)));
      statuses.push(...responses.map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(90);
    const locked = await browserless(site.auth[1]!.url).post('/auth/login', victim.credentials);
    expect([locked.status, Number(locked.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
    expect(await sessionStatus(victim, site.portal[0]!)).toBe(200);
    expect((await site.visitor().post('/auth/login', USER)).status).toBe(200);
  }, 60_000);

  it('has no more guesses evaluated in parallel than one after the other: 10 of 100', async () => {
    const { credentials } = await site.newcomer();
    const guesses = Array.from({ length: 100 }, (_, index) =>
      browserless(site.auth[index % 2]!.url).post('/auth/login', { ...credentials, password: `guess ${index}` }),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
  }, 60_000);

  it('in floods is refused with a 503 before Postgres is asked; other addresses are not affected', async () => {
    const small = await startReplica('auth', { ...site.env, HASH_QUEUE_PER_ADDRESS: '2', LOGIN_FAILURES_PER_ACCOUNT: '100000' });
    const { credentials } = await site.newcomer();
    const wrong = { ...credentials, password: 'wrong' };
    const flood = Array.from({ length: 60 }, () => browserless(small.url).post('/auth/login', wrong));
    const elsewhere = { headers: { 'x-forwarded-for': '192.0.2.7' } };
    expect((await browserless(small.url).post('/auth/login', credentials, elsewhere)).status).toBe(200);
    const shed = (await Promise.all(flood)).filter(({ status }) => status === 503);
    expect(shed.length).toBeGreaterThan(0);
    expect(shed[0]!.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(Number(shed[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
  }, 60_000);

  it('from elsewhere does not keep the owner out of a browser used before, nor from confirming or changing the password', async () => {
    const { credentials, ...owner } = await site.newcomer();
    const stranger = site.visitor();
    for (let index = 0; index < 11; index++) await stranger.post('/auth/login', { ...credentials, password: 'wrong' });
    expect((await site.visitor().post('/auth/login', credentials)).status).toBe(429);
    expect((await owner.post('/auth/reauthenticate', { password: credentials.password })).status).toBe(204);
    const change = { currentPassword: credentials.password, newPassword: 'another long sentence' };
    expect((await owner.post('/auth/password', change)).status).toBe(204);
    await owner.post('/auth/logout');
    expect((await owner.post('/auth/login', { ...credentials, password: 'another long sentence' })).status).toBe(200);
  });

  it('in a browser used before has a limit of its own, and only for that account', async () => {
    const [{ credentials, ...owner }, other] = [await site.newcomer(), await site.newcomer()];
    await owner.post('/auth/logout');
    const guess = (who: Credentials) => owner.post('/auth/login', { ...who, password: 'wrong' });
    for (let index = 0; index < 10; index++) expect((await guess(credentials)).status).toBe(401);
    expect((await owner.post('/auth/login', credentials)).status).toBe(429);
    expect((await site.visitor().post('/auth/login', credentials)).status).toBe(200);
    await site.query('DELETE FROM throttle');
    await guess(other.credentials);
    const keys = await site.query<{ key: string }>(`SELECT split_part(key, ':', 1) AS key FROM throttle ORDER BY key`);
    expect(keys).toEqual([{ key: 'account' }, { key: 'address' }]);
  });

  it('of a session is counted for that session alone', async () => {
    const { credentials, ...thief } = await site.newcomer();
    const owner = await site.signedIn(credentials);
    const confirm = (client: Client, password: string) => client.post('/auth/reauthenticate', { password });
    for (let index = 0; index < 10; index++) expect((await confirm(thief, 'wrong')).status).toBe(401);
    expect((await confirm(thief, credentials.password)).status).toBe(429);
    expect((await confirm(owner, credentials.password)).status).toBe(204);
  });

  it('is no longer counted after a login with the correct password', async () => {
    const { credentials } = await site.newcomer();
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 9; index++) await site.visitor().post('/auth/login', { ...credentials, password: 'wrong' });
      expect((await site.visitor().post('/auth/login', credentials)).status).toBe(200);
    }
  });

  it('takes the same time whether or not the user exists', async () => {
    const client = site.visitor();
    const time = async (username: string) => {
      const started = performance.now();
      await client.post('/auth/login', { username, password: 'wrong' });
      return performance.now() - started;
    };
    const { credentials } = await site.newcomer();
    await site.query('UPDATE users SET name = name'); // warm
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 40; round++) {
      // The throttle would respond faster than any comparison.
      await site.query('DELETE FROM throttle');
      known.push(await time(credentials.username));
      unknown.push(await time(`nobody-${round}`));
    }
    expect(mannWhitneyZ(known, unknown)).toBeLessThan(4);
    expect(Math.abs(median(known) - median(unknown))).toBeLessThan(0.5 * median(known));
  }, 60_000);
});

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** How many standard deviations the rank sum of two samples is from "no difference" (Mann-Whitney U), which is robust against outliers. */
function mannWhitneyZ(a: number[], b: number[]): number {
  const wins = a.reduce((sum, x) => sum + b.filter((y) => x > y).length, 0);
  const mean = (a.length * b.length) / 2;
  return Math.abs(wins - mean) / Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
}
