/** @seconds 9 */
import type { Browser, Page } from 'playwright-core';
import { objections } from '../browser/accessibility.ts';
import { inspect, overflow } from '../browser/inspect.ts';
import { logIn, visit } from '../browser/visitor.ts';
import { launchBrowser } from '../support/browser.ts';
import { newUser, type OidcSite, startOidcSite } from './oidc-site.ts';

describe('every page of the provider', () => {
  let site: OidcSite;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startOidcSite(), launchBrowser()]);
  }, 120_000);

  const atProvider = async (page: Page, user: string) => {
    await page.getByPlaceholder('Enter any login').fill(user);
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
  };

  it.each([true, false])(
    'leads to the provider and back, with scripts: %s',
    async (javaScriptEnabled) => {
      const { page, complaints } = await visit(browser, site.auth[0]!.url, { javaScriptEnabled });
      const user = newUser();
      await page.goto('/auth/login?to=/auth/account');
      await page.getByRole('button', { name: 'Sign in with Example' }).click();
      await atProvider(page, user);
      await page.waitForURL('**/auth/account');
      await page.getByText('has no password to change').waitFor();
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(user);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    60_000,
  );

  it.each(['light', 'dark'] as const)(
    'meets WCAG 2.2 AA, %s',
    async (colorScheme) => {
      const { page, complaints } = await visit(browser, site.auth[0]!.url, { colorScheme, reducedMotion: 'reduce' });
      const found = await inspect(page, ['/auth/login', '/auth/oidc/callback?state=guessed']);
      await logIn(page, '/auth/account');
      found.push(...(await inspect(page, ['/auth/oidc', '/auth/reauthenticate', '/auth/oidc/callback?state=guessed'])));
      await page.goto('/auth/oidc');
      await page.getByRole('button', { name: 'Link to Example' }).click();
      await atProvider(page, newUser());
      await page.getByText('Your account is linked to Example').waitFor();
      found.push(...(await objections(page)));
      expect(await overflow(page, '/auth/oidc')).toEqual(['/auth/oidc', 0]);
      await page.getByRole('button', { name: 'Remove the link' }).click();
      await page.getByRole('button', { name: 'Link to Example' }).waitFor();
      expect([...found, ...complaints]).toEqual([]);
      await page.context().close();
    },
    90_000,
  );
});
