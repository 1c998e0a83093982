/** @seconds 9 */
import type { Client, HttpResponse } from '../support/client.ts';
import { ENGINES } from '../support/session-app.ts';
import { sessionStatus, startSite, type Site } from './site.ts';

const DAY_SECONDS = 86_400;
const LIFETIMES = {
  normal: { idle: 1800, absolute: 28_800 },
  remembered: { idle: 14 * DAY_SECONDS, absolute: 30 * DAY_SECONDS },
};
/** More than a busy machine takes for a login. */
const TOLERANCE_SECONDS = 60;

const html = { headers: { accept: 'text/html' } };

interface Listed {
  createdAt: string;
  expiresAt: string;
  idleSeconds: number;
  current: boolean;
}

/** How long the session and its cookie live. */
async function lifetimeOf(client: Client, login: HttpResponse) {
  const cookie = login.headers.getSetCookie().find((header) => /^(__Host-)?baton=/.test(header))!;
  const sessions = (await client.get('/auth/sessions')).body as Listed[];
  const { createdAt, expiresAt, idleSeconds } = sessions.find(({ current }) => current)!;
  const cookieEnds = Date.parse(/Expires=([^;]+)/.exec(cookie)![1]!);
  return {
    idle: idleSeconds,
    absolute: Math.round((Date.parse(expiresAt) - Date.parse(createdAt)) / 1000),
    cookieIsLate: Math.abs(cookieEnds - Date.parse(expiresAt)) > TOLERANCE_SECONDS * 1000,
  };
}

describe.each(ENGINES)('staying signed in, with the %s engine', (engine) => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite({ auths: 1, env: { SESSION_ENGINE: engine, STEP_UP_SECONDS: '1' } });
  }, 60_000);

  it.each([
    ['with remember', { remember: true }, LIFETIMES.remembered],
    ['without', {}, LIFETIMES.normal],
    ['with remember: false', { remember: false }, LIFETIMES.normal],
  ])('%s, session and cookie end together, after the lifetime of that kind', async (_what, choice, lifetime) => {
    const { credentials } = await site.newcomer();
    const client = site.visitor();
    const login = await client.post('/auth/login', { ...credentials, ...choice });
    expect(await lifetimeOf(client, login)).toEqual({ ...lifetime, cookieIsLate: false });
  });

  it('is a box of the form, which is not ticked until somebody ticks it', async () => {
    const { credentials } = await site.newcomer();
    const client = site.visitor();
    const box = async (page: Promise<HttpResponse>) => /<input[^>]*name="remember"[^>]*>/.exec((await page).text)![0];
    expect(await box(client.get('/auth/login', html))).not.toContain('checked');
    const wrong = { ...credentials, password: 'wrong', remember: 'true' };
    expect(await box(client.submit('/auth/login', wrong, html))).toContain('checked');
    const login = await client.submit('/auth/login', { ...credentials, remember: 'true' }, html);
    expect(login.status).toBe(303);
    expect(await lifetimeOf(client, login)).toEqual({ ...LIFETIMES.remembered, cookieIsLate: false });
    const page = await client.get('/auth/sessions', html);
    expect(page.text).toContain('14 days without use');
  });

  it('refuses anything but a yes or no', async () => {
    const { credentials } = await site.newcomer();
    expect((await site.visitor().post('/auth/login', { ...credentials, remember: 3_000_000 })).status).toBe(400);
  });

  it('spares no step-up, and keeps its end under the new id', async () => {
    const { credentials } = await site.newcomer();
    const client = site.visitor();
    await client.post('/auth/login', { ...credentials, remember: true });
    const deadline = performance.now() + 5000;
    while ((await client.delete('/auth/sessions')).status !== 403) expect(performance.now()).toBeLessThan(deadline);
    const again = await client.post('/auth/reauthenticate', { password: credentials.password });
    expect(again.status).toBe(204);
    expect(await lifetimeOf(client, again)).toEqual({ ...LIFETIMES.remembered, cookieIsLate: false });
  });
});

describe('the lifetimes of sessions that stay signed in', () => {
  it('are settings of their own, and decide when the session ends', async () => {
    const site = await startSite({
      auths: 1,
      env: {
        SESSION_IDLE_SECONDS: '2',
        SESSION_ABSOLUTE_SECONDS: '2',
        SESSION_TOUCH_SECONDS: '1',
        SESSION_REMEMBER_IDLE_SECONDS: '7200',
        SESSION_REMEMBER_ABSOLUTE_SECONDS: '172800',
      },
    });
    const { credentials } = await site.newcomer();
    const [normal, remembered] = [site.visitor(), site.visitor()];
    const login = await remembered.post('/auth/login', { ...credentials, remember: true });
    expect(await lifetimeOf(remembered, login)).toEqual({ idle: 7200, absolute: 172_800, cookieIsLate: false });
    await normal.post('/auth/login', credentials);
    const deadline = performance.now() + 15_000;
    while ((await sessionStatus(normal, site.portal[0]!)) !== 401) expect(performance.now()).toBeLessThan(deadline);
    expect(await sessionStatus(remembered, site.portal[0]!)).toBe(200);
  }, 60_000);
});
