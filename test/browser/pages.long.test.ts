import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { inspect, overflow } from './inspect.ts';
import { logIn, visit } from './visitor.ts';

const SIGNED_OUT = ['/', '/auth/login', '/auth/register', '/nowhere', '/profile'];
const SIGNED_IN = ['/', '/notes', '/preferences', '/profile', '/auth/sessions', '/auth/account', '/auth/reauthenticate'];
const FIRST_PAGE_BYTES = 100_000;

describe('every page', () => {
  let cluster: Cluster;
  let browser: Browser;

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([startCluster({ auth: 1, portal: 2 }), launchBrowser()]);
  }, 120_000);

  it.each(['light', 'dark'] as const)(
    'meets WCAG 2.2 AA, %s',
    async (colorScheme) => {
      const { page, complaints } = await visit(browser, cluster.url, { colorScheme, reducedMotion: 'reduce' });
      const found = await inspect(page, SIGNED_OUT);
      await logIn(page);
      expect([...found, ...(await inspect(page, SIGNED_IN))]).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    90_000,
  );

  it('fits a screen 360 pixels wide', async () => {
    const { page } = await visit(browser, cluster.url, { viewport: { width: 360, height: 740 } });
    await logIn(page);
    for (const path of SIGNED_IN) expect(await overflow(page, path)).toEqual([path, 0]);
    await page.context().close();
  }, 60_000);

  it('keeps the first page within its size budget and usable before scripts load', async () => {
    const { page } = await visit(browser, cluster.url);
    const hosts = new Set<string>();
    let bytes = 0;
    page.on('response', (response) => hosts.add(new URL(response.url()).host));
    page.on('requestfinished', async (request) => {
      const { responseBodySize, responseHeadersSize } = await request.sizes();
      bytes += responseBodySize + responseHeadersSize;
    });
    await page.goto('/', { waitUntil: 'networkidle' });
    expect([...hosts]).toEqual([new URL(cluster.url).host]);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(FIRST_PAGE_BYTES);
    expect(await page.locator('script:not([type=module])').count()).toBe(0);
    await page.context().close();
  });

  it('serves assets under content hashes, immutable and compressed', async () => {
    const { page } = await visit(browser, cluster.url);
    await page.goto('/');
    const css = await page.locator('link[rel=stylesheet]').first().getAttribute('href');
    const response = await page.request.get(css!);
    expect(css).toMatch(/\/site\.[0-9a-f]{8}\.css$/);
    expect(response.headers()).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'br',
    });
    await page.context().close();
  });
});
