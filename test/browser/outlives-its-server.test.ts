/** @seconds 15 */
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { startDemoCluster } from '../demo/demo-cluster.ts';
import type { Cluster } from '../support/cluster.ts';
import { addToCart, hears, keepScreenshot, logIn, servedBy, visit } from './visitor.ts';

describe('in a browser', () => {
  let cluster: Cluster;
  let browser: Browser;

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([startDemoCluster({ auth: 1, portal: 3 }), launchBrowser()]);
  }, 120_000);

  it('keeps user, cart and looks when the replica that served them is killed', async () => {
    const { page, complaints } = await visit(browser, cluster.url);
    await logIn(page);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('demo');
    await addToCart(page, 'Race bib');
    await page.goto('/preferences');
    await page.getByLabel('Deutsch').check();
    await page.getByLabel('Dark').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.goto('/cart');

    await cluster.named(await servedBy(page)).kill();
    await page.reload();
    expect(await page.locator('[data-sku="race-bib"] [data-quantity]').textContent()).toBe('1');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(await page.getByRole('button', { name: 'Abmelden' }).isVisible()).toBe(true);
    await keepScreenshot(page, 'cart-after-its-server-was-killed');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('tells a tab within a second that its session was ended elsewhere, and why', async () => {
    const [first, second] = [await visit(browser, cluster.url), await visit(browser, cluster.url)];
    await logIn(first.page, '/cart');
    await logIn(second.page, '/cart');
    await hears(first.page);
    const told = first.page.waitForSelector('[role=alert]:has-text("Your session has ended")');
    expect(await second.page.evaluate(async () => (await fetch('/auth/sessions', { method: 'DELETE' })).status)).toBeLessThan(
      300,
    );
    const since = performance.now();
    const alert = await told;
    expect(performance.now() - since).toBeLessThan(1000);
    expect(await alert.textContent()).toContain('ended from another device');
    await first.page.reload();
    expect(await first.page.getByRole('link', { name: 'Sign in' }).isVisible()).toBe(true);
    await Promise.all([first.page.context().close(), second.page.context().close()]);
  });

  it('learns of an end that it missed while it was disconnected', async () => {
    const [first, second] = [await visit(browser, cluster.url), await visit(browser, cluster.url)];
    await logIn(first.page, '/cart');
    await logIn(second.page, '/cart');
    await hears(first.page);
    await first.page.context().setOffline(true);
    await second.page.evaluate(() => fetch('/auth/sessions', { method: 'DELETE' }));
    await first.page.context().setOffline(false);
    const alert = await first.page.waitForSelector('[role=alert]:has-text("Your session has ended")');
    expect(await alert.textContent()).toContain('ended from another device');
    await Promise.all([first.page.context().close(), second.page.context().close()]);
  });

  it('works without scripts: sign in, buy, and the live page says what is missing', async () => {
    const { page } = await visit(browser, cluster.url, { javaScriptEnabled: false });
    await logIn(page);
    await addToCart(page, 'Lane cone');
    await page.goto('/cart');
    expect(await page.locator('[data-sku="lane-cone"] [data-quantity]').textContent()).toBe('1');
    await page.goto('/cluster');
    expect(await page.locator('noscript').textContent()).toContain('Without JavaScript');
    expect(await page.locator('.replica').count()).toBeGreaterThan(1);
    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(await page.getByRole('link', { name: 'Sign in' }).first().isVisible()).toBe(true);
    await page.context().close();
  });

  it('leads from a page that needs a session to the login and back', async () => {
    const { page } = await visit(browser, cluster.url);
    expect((await page.goto('/profile'))?.status()).toBe(401);
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    expect(new URL(page.url()).searchParams.get('to')).toBe('/profile');
    await logIn(page, '/profile');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('demo');
    await page.context().close();
  });
});
