/** @seconds 9 */
import type { Browser, Page } from 'playwright-core';
import { startSite, type Site } from '../security/site.ts';
import { launchBrowser } from '../support/browser.ts';
import { ADMIN, USER } from '../support/client.ts';
import { objections } from './accessibility.ts';
import { inspect, overflow } from './inspect.ts';
import { logIn, visit } from './visitor.ts';

describe('the pages of administrators', () => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite({ auths: 1, portals: 0 }), launchBrowser()]);
    await site.signedIn(USER);
  }, 120_000);

  const administer = async (options: object) => {
    const visitor = await visit(browser, site.auth[0]!.url, options);
    await logIn(visitor.page, '/auth/admin', ADMIN);
    return visitor;
  };
  const openUser = async (page: Page) => {
    await page.goto(`/auth/admin?search=${USER.username}`);
    await page.getByRole('link', { name: USER.username, exact: true }).click();
    await page.getByRole('heading', { level: 1, name: USER.username }).waitFor();
  };

  it.each(['light', 'dark'] as const)(
    'meet WCAG 2.2 AA, %s',
    async (colorScheme) => {
      const { page, complaints } = await administer({ colorScheme, reducedMotion: 'reduce' });
      const found = await inspect(page, ['/auth/admin', '/auth/admin?search=nobody']);
      await openUser(page);
      found.push(...(await objections(page)));
      expect([...found, ...complaints]).toEqual([]);
      await page.context().close();
    },
    90_000,
  );

  it('work on a phone without scripts: find a user, disable and enable the account', async () => {
    const { page } = await administer({ viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
    expect(await overflow(page, '/auth/admin')).toEqual(['/auth/admin', 0]);
    await page.getByLabel('Name contains').fill(USER.username);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: USER.username, exact: true }).click();
    const { pathname } = new URL(page.url());
    expect(await overflow(page, pathname)).toEqual([pathname, 0]);
    await page.getByRole('button', { name: 'Disable the account' }).click();
    await page.getByRole('button', { name: 'Enable the account' }).click();
    await page.getByRole('button', { name: 'Disable the account' }).waitFor();
    await page.context().close();
  }, 60_000);
});
