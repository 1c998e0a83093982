import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { ADMIN, USER } from '../support/client.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { keepScreenshot, logIn, servedBy, untilListening, visit } from './visitor.ts';

describe('a session in a browser', () => {
  let cluster: Cluster;
  let browser: Browser;

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([startCluster({ auth: 1, portal: 3 }), launchBrowser()]);
  }, 120_000);

  it('keeps user, notes and preferences after the replica that served them is killed', async () => {
    const { page, complaints } = await visit(browser, cluster.url);
    await logIn(page, '/', ADMIN);
    expect(await page.locator('.account').textContent()).toContain(ADMIN.username);
    await page.goto('/notes');
    await page.getByLabel('New note').fill('Race on Sunday');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByText('Race on Sunday').waitFor();
    await page.goto('/preferences');
    await page.getByLabel('Deutsch').check();
    await page.getByLabel('Dark').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.goto('/notes');

    await cluster.named(await servedBy(page)).kill();
    await page.reload();
    expect(await page.getByText('Race on Sunday').isVisible()).toBe(true);
    expect(await page.getByText('1 added in this session').count()).toBe(1);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(await page.getByRole('button', { name: 'Abmelden' }).isVisible()).toBe(true);
    await keepScreenshot(page, 'notes-after-their-server-was-killed');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows a tab within a second that its session was revoked on another device, with the reason', async () => {
    const [first, second] = [await visit(browser, cluster.url), await visit(browser, cluster.url)];
    await logIn(first.page, '/preferences');
    await logIn(second.page, '/preferences');
    await untilListening(first.page);
    const alertShown = first.page.waitForSelector('[role=alert]:has-text("Your session has ended")');
    expect(await second.page.evaluate(async () => (await fetch('/auth/sessions', { method: 'DELETE' })).status)).toBeLessThan(
      300,
    );
    const since = performance.now();
    const alert = await alertShown;
    expect(performance.now() - since).toBeLessThan(1000);
    expect(await alert.textContent()).toContain('ended from another device');
    await first.page.reload();
    expect(await first.page.getByRole('link', { name: 'Sign in' }).isVisible()).toBe(true);
    await Promise.all([first.page.context().close(), second.page.context().close()]);
  });

  it('shows a tab that its session was revoked while the tab was offline', async () => {
    const [first, second] = [await visit(browser, cluster.url), await visit(browser, cluster.url)];
    await logIn(first.page, '/preferences');
    await logIn(second.page, '/preferences');
    await untilListening(first.page);
    await first.page.context().setOffline(true);
    await second.page.evaluate(() => fetch('/auth/sessions', { method: 'DELETE' }));
    await first.page.context().setOffline(false);
    const alert = await first.page.waitForSelector('[role=alert]:has-text("Your session has ended")');
    expect(await alert.textContent()).toContain('ended from another device');
    await Promise.all([first.page.context().close(), second.page.context().close()]);
  });

  it('works without scripts: sign in, add a note, sign out', async () => {
    const { page } = await visit(browser, cluster.url, { javaScriptEnabled: false });
    await logIn(page, '/notes');
    await page.getByLabel('New note').fill('No scripts');
    await page.getByRole('button', { name: 'Add' }).click();
    expect(await page.getByText('No scripts').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(await page.getByRole('link', { name: 'Sign in' }).first().isVisible()).toBe(true);
    await page.context().close();
  });

  it('links from a page that needs a session to the login, which leads back to that page', async () => {
    const { page } = await visit(browser, cluster.url);
    expect((await page.goto('/profile'))?.status()).toBe(401);
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    expect(new URL(page.url()).searchParams.get('to')).toBe('/profile');
    await logIn(page, '/profile');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(USER.username);
    await page.context().close();
  });
});
