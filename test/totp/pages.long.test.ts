/** @seconds 9 */
import type { Browser, Page } from 'playwright-core';
import { objections } from '../browser/accessibility.ts';
import { overflow } from '../browser/inspect.ts';
import { logIn, visit } from '../browser/visitor.ts';
import { launchBrowser } from '../support/browser.ts';
import { startSite, type Site } from '../security/site.ts';
import { codeOf, forgetUsedCodes } from './totp-site.ts';

describe('the pages of the app', () => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite({ auths: 1, portals: 0 }), launchBrowser()]);
  }, 120_000);

  const press = (page: Page, name: string) => page.getByRole('main').getByRole('button', { name }).click();

  it.each(['light', 'dark'] as const)(
    'set it up, sign in with it and remove it without scripts, and meet WCAG 2.2 AA, %s',
    async (colorScheme) => {
      const { credentials } = await site.newcomer();
      const options = { colorScheme, reducedMotion: 'reduce', viewport: { width: 360, height: 740 } } as const;
      const { page, complaints } = await visit(browser, site.auth[0]!.url, options);
      const found: string[] = [];
      const look = async () => found.push(...(await objections(page)).map((objection) => `${page.url()}: ${objection}`));
      const enter = async (label: string, code: string, button: string) => {
        await page.getByLabel(label).fill(code);
        await press(page, button);
      };

      await logIn(page, '/auth/totp', credentials);
      await look();
      await press(page, 'Set up an app');
      await page.getByRole('img', { name: 'QR code' }).waitFor();
      await look();
      const secret = (await page.locator('main code').textContent())!.replaceAll(' ', '');
      await enter('Code that the app shows', '000', 'Use this app');
      await page.getByRole('alert').waitFor();
      await look();
      await enter('Code that the app shows', codeOf(secret), 'Use this app');
      await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
      await look();
      await page.goto('/auth/totp');
      await look();

      await page.context().clearCookies();
      await page.goto('/auth/login?to=/auth/totp');
      await page.getByLabel('Username').fill(credentials.username);
      await page.getByLabel('Password', { exact: true }).fill(credentials.password);
      await press(page, 'Sign in');
      await look();
      await enter('Code', 'wrong', 'Continue');
      await page.getByRole('alert').waitFor();
      await look();
      await page.getByRole('link', { name: 'Continue another way' }).click();
      await look();
      await page.getByRole('link', { name: 'a code from your app' }).click();
      expect(await overflow(page, '/auth/totp/verify?to=/auth/totp')).toEqual(['/auth/totp/verify?to=/auth/totp', 0]);
      await forgetUsedCodes(site);
      await enter('Code', codeOf(secret), 'Continue');
      await page.getByRole('heading', { name: 'Authenticator app' }).waitFor();
      await press(page, 'Remove the app');
      await page.getByRole('button', { name: 'Set up an app' }).waitFor();
      expect([...found, ...complaints]).toEqual([]);
      await page.context().close();
    },
    90_000,
  );
});
