import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import type { Cluster } from '../support/cluster.ts';
import { startDemoCluster } from './demo-cluster.ts';
import { keepScreenshot, servedBy, visit } from '../browser/visitor.ts';
import { logIn } from './log-in.ts';
import { addToCart } from './shop.ts';

describe('the shop in a browser', () => {
  let cluster: Cluster;
  let browser: Browser;

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([startDemoCluster({ auth: 1, portal: 3 }), launchBrowser()]);
  }, 120_000);

  it('keeps user, cart and preferences after the replica that served them is killed', async () => {
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

  it('works without scripts: log in, add to the cart; the cluster page states what needs JavaScript', async () => {
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
});
