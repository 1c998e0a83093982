/** @seconds 9 */
import type { Browser, Page } from 'playwright-core';
import { inspect, overflow } from '../browser/inspect.ts';
import { objections } from '../browser/accessibility.ts';
import { logIn, visit } from '../browser/visitor.ts';
import { launchBrowser } from '../support/browser.ts';
import { USER } from '../support/client.ts';
import { type MailSite, startMailSite } from './mail-site.ts';

const SIGNED_OUT = ['/auth/login', '/auth/recovery', '/auth/recovery/password?token=guessed', '/auth/mail/confirm?token=guessed'];
const SIGNED_IN = ['/auth/mail', '/auth/account'];

describe('every page of mail', () => {
  let site: MailSite;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startMailSite(), launchBrowser()]);
  }, 120_000);

  const signIn = (page: Page) => logIn(page, '/auth/account');

  it.each(['light', 'dark'] as const)(
    'meets WCAG 2.2 AA, %s, also after an error',
    async (colorScheme) => {
      const { page, complaints } = await visit(browser, site.auth[0]!.url, { colorScheme, reducedMotion: 'reduce' });
      const found = await inspect(page, SIGNED_OUT);
      await page.getByRole('main').getByRole('button').click();
      found.push(...(await objections(page)));
      await signIn(page);
      found.push(...(await inspect(page, SIGNED_IN)));
      await page.goto('/auth/mail');
      await page.getByLabel('New mail address').fill('robin@example.org');
      await page.getByLabel('Current password').fill(USER.password);
      await page.getByRole('button', { name: 'Send the link' }).click();
      await page.getByRole('status').waitFor();
      found.push(...(await objections(page)));
      expect([...found, ...complaints]).toEqual([]);
      await page.context().close();
    },
    90_000,
  );

  it('fits a screen 360 pixels wide', async () => {
    const { page } = await visit(browser, site.auth[0]!.url, { viewport: { width: 360, height: 740 } });
    await signIn(page);
    for (const path of [...SIGNED_OUT, ...SIGNED_IN]) expect(await overflow(page, path)).toEqual([path, 0]);
    await page.context().close();
  }, 60_000);

  it.each(['light', 'dark'] as const)('shows mails in the mailbox, %s', async (colorScheme) => {
    await site.reachable();
    const { page } = await visit(browser, site.mailbox.url, { colorScheme });
    const found = await inspect(page, ['/', '/0']);
    expect(found).toEqual([]);
    await page.context().close();
  });
});
