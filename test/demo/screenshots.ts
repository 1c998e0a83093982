import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { launch } from '../support/launch.ts';
import { temporaryFolder } from '../support/servers.ts';
import { artifacts, visit } from '../browser/visitor.ts';
import { newCredentials } from '../security/site.ts';
import { Device } from '../passkeys/device.ts';
import { codeOf } from '../totp/totp-site.ts';
import { DEMO_ADMIN } from './accounts.ts';
import { logIn } from './log-in.ts';
import { addToCart } from './shop.ts';

const SIGNED_OUT = ['/', '/auth/login', '/auth/register', '/profile', '/nowhere', '/how-it-works', '/how-it-works/topologies'];
const SIGNED_IN = [
  '/',
  '/catalogue',
  '/cart',
  '/notes',
  '/preferences',
  '/profile',
  '/auth/account',
  '/auth/sessions',
  '/cluster',
];
const LOOKS = [
  { width: 1280, theme: 'light' },
  { width: 1280, theme: 'dark' },
  { width: 360, theme: 'light' },
  { width: 360, theme: 'dark' },
] as const;

const all = resolve(artifacts, 'screenshots');
const readme = resolve(import.meta.dirname, '../../docs/images');
const accounts = resolve(readme, 'accounts');

/** `npm run screenshots`: takes every page in every look into artifacts/screenshots, and those of the documents into docs/images. */
describe('screenshots', () => {
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    const launched = await launch(temporaryFolder('screenshots'), ['--oidc']);
    ({ url } = await launched.run());
    browser = await launchBrowser();
    for (const folder of [all, accounts]) mkdirSync(folder, { recursive: true });
  }, 180_000);

  it.each(LOOKS)(
    'show every page, $width pixels wide, $theme',
    async ({ width, theme }) => {
      const look = { viewport: { width, height: width === 360 ? 740 : 800 }, colorScheme: theme };
      const { page } = await visit(browser, url, look);
      const take = async (path: string, when: string) => {
        await page.goto(path);
        if (path === '/cluster') await requests(page, 40);
        await page.screenshot({ path: resolve(all, `${nameOf(path)}${when}-${width}-${theme}.png`), fullPage: true });
      };
      for (const path of SIGNED_OUT) await take(path, '');
      await logIn(page);
      for (const article of ['Relay baton', 'Stopwatch']) await addToCart(page, article);
      for (const path of SIGNED_IN) await take(path, '-signed-in');
      expect(page.url()).toBe(`${url}/cluster`);
      await page.context().close();
    },
    240_000,
  );

  it('show the pages of the README', async () => {
    const { page } = await visit(browser, url);
    await page.goto('/');
    await page.screenshot({ path: resolve(readme, 'home.png') });
    await page.setViewportSize({ width: 1280, height: 1180 });
    await logIn(page);
    await addToCart(page, 'Relay baton');
    await page.goto('/cluster');
    await page.getByLabel('Sprint').check();
    await requests(page, 60);
    await page.getByRole('button', { name: 'Crash portal-2' }).click();
    await page.waitForFunction(() => document.querySelector('[data-score=down]')?.textContent === '1');
    await requests(page, 150);
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: resolve(readme, 'cluster.png') });
    await page.getByRole('switch').check();
    await page.locator('.square.lost').nth(60).waitFor();
    await page.locator('section:has([data-timeline])').screenshot({ path: resolve(readme, 'sessions-in-memory.png') });
    expect(await page.locator('[data-score=failed]').textContent()).toBe('0');
  }, 120_000);

  it('show the pages of accounts', async () => {
    // Wide enough for the header to hold the navigation, which else covers a part of a long page.
    const { page } = await visit(browser, url, { viewport: { width: 920, height: 560 } });
    const { username, password } = newCredentials();
    const take = (name: string) => page.screenshot({ path: resolve(accounts, `${name}.png`), fullPage: true });
    const press = (name: string) => page.getByRole('main').getByRole('button', { name, exact: true }).click();
    const open = async (path: string, name: string) => {
      await page.goto(path);
      await take(name);
    };
    const typePassword = async (who: { username: string; password: string }, to: string) => {
      await page.context().clearCookies();
      await page.goto(`/auth/login?to=${to}`);
      await page.getByLabel('Username').fill(who.username);
      await page.getByLabel('Password', { exact: true }).fill(who.password);
      await press('Sign in');
    };

    await open('/auth/login', 'sign-in');
    await open('/auth/recovery', 'forgotten-password');
    await page.goto('/auth/register');
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('New password').fill(password);
    await press('Create the account');
    await page.waitForURL(`${url}/`);

    await open('/auth/mail', 'mail-address');
    await open('/auth/own-data', 'your-data');
    await open('/auth/oidc', 'link-to-a-provider');
    await page.goto('/auth/totp');
    await press('Set up an app');
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    await take('authenticator-app');
    const secret = (await page.locator('main code').textContent())!.replaceAll(' ', '');
    await page.getByLabel('Code that the app shows').fill(codeOf(secret));
    await press('Use this app');
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
    await take('recovery-codes');
    const device = await Device.plugIn(page);
    await page.goto('/auth/passkeys');
    await page.getByLabel('Name').fill('Phone');
    await press('Add a passkey');
    await page.getByRole('row', { name: 'Phone' }).waitFor();
    await take('passkeys');
    await device.unplug();
    await open('/auth/sessions', 'devices');
    await open('/auth/account', 'account');

    await typePassword({ username, password }, '/auth/account');
    await page.waitForURL(/second-factor/);
    await take('second-factor');
    await page.getByRole('link', { name: 'a code from your app' }).click();
    await page.getByLabel('Code').waitFor();
    await take('code');

    await typePassword(DEMO_ADMIN, '/auth/admin');
    await page.waitForURL(/admin/);
    await take('users');
    await page.getByRole('link', { name: username }).click();
    await page.getByRole('heading', { name: username }).waitFor();
    await take('user');
    expect(page.url()).toContain(`${url}/auth/admin/users/`);
  }, 240_000);
});

const nameOf = (path: string) => path.slice(1).replaceAll('/', '-') || 'home';

async function requests(page: Page, count: number): Promise<void> {
  await page.waitForFunction((n) => Number(document.querySelector('[data-score=requests]')?.textContent) >= n, count, {
    timeout: 60_000,
  });
}
