/** @seconds 9 */
import type { Browser } from 'playwright-core';
import { objections } from '../browser/accessibility.ts';
import { inspect, overflow } from '../browser/inspect.ts';
import { logIn, visit } from '../browser/visitor.ts';
import { startSite, type Site } from '../security/site.ts';
import { launchBrowser } from '../support/browser.ts';

const PATH = '/auth/own-data';

describe("the page of a user's own data", () => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite({ auths: 1, portals: 0 }), launchBrowser()]);
  }, 120_000);

  it.each(['light', 'dark'] as const)(
    'meets WCAG 2.2 AA and fits a phone, %s, until the account is deleted',
    async (colorScheme) => {
      const { credentials } = await site.newcomer();
      const options = { colorScheme, reducedMotion: 'reduce', viewport: { width: 360, height: 740 } } as const;
      const { page, complaints } = await visit(browser, site.auth[0]!.url, options);
      await logIn(page, '/auth/account', credentials);
      const found = await inspect(page, [PATH]);
      expect(await overflow(page, PATH)).toEqual([PATH, 0]);
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download your data' }).click();
      expect((await download).suggestedFilename()).toMatch(/-data\.json$/);
      await page.getByLabel('Delete my account for good').check();
      await page.getByRole('button', { name: 'Delete the account' }).click();
      await page.getByRole('status').waitFor();
      found.push(...(await objections(page)));
      expect([...found, ...complaints]).toEqual([]);
      await page.context().close();
    },
    90_000,
  );
});
