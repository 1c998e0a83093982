import type { Browser } from 'playwright-core';
import { inspect, overflow } from '../browser/inspect.ts';
import { visit } from '../browser/visitor.ts';
import { logIn } from './log-in.ts';
import { launchBrowser } from '../support/browser.ts';
import type { Cluster } from '../support/cluster.ts';
import { startDemoCluster } from './demo-cluster.ts';
import { addToCart } from './shop.ts';

const SIGNED_OUT = ['/', '/catalogue', '/how-it-works', '/how-it-works/topologies'];
const SIGNED_IN = ['/', '/catalogue', '/cart', '/cluster'];

describe('every page of the demo', () => {
  let cluster: Cluster;
  let browser: Browser;

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([startDemoCluster({ auth: 1, portal: 2 }), launchBrowser()]);
  }, 120_000);

  it.each(['light', 'dark'] as const)(
    'meets WCAG 2.2 AA, %s',
    async (colorScheme) => {
      const { page, complaints } = await visit(browser, cluster.url, { colorScheme, reducedMotion: 'reduce' });
      const found = await inspect(page, SIGNED_OUT);
      await logIn(page);
      await addToCart(page, 'Stopwatch');
      expect([...found, ...(await inspect(page, SIGNED_IN))]).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    90_000,
  );

  it('fits a screen 360 pixels wide', async () => {
    const { page } = await visit(browser, cluster.url, { viewport: { width: 360, height: 740 } });
    await logIn(page);
    await addToCart(page, 'Stopwatch');
    for (const path of [...SIGNED_IN, '/how-it-works', '/how-it-works/topologies'])
      expect(await overflow(page, path)).toEqual([path, 0]);
    await page.context().close();
  }, 60_000);
});
