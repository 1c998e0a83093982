import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { inspect, overflow } from '../../browser/inspect.ts';
import { visit } from '../../browser/visitor.ts';
import { launchBrowser } from '../../support/browser.ts';
import { browserless } from '../../support/client.ts';
import type { Cluster } from '../../support/cluster.ts';
import { startReplica } from '../../support/replicas.ts';
import { startDemoCluster } from '../demo-cluster.ts';

describe('the page of the API', () => {
  let cluster: Cluster;
  let browser: Browser;

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([startDemoCluster({ auth: 1, portal: 1 }), launchBrowser()]);
  }, 120_000);

  it.each(['light', 'dark'] as const)(
    'meets WCAG 2.2 AA and breaks no content security policy, %s',
    async (colorScheme) => {
      const { page, complaints } = await visit(browser, cluster.url, { colorScheme, reducedMotion: 'reduce' });
      expect(await inspect(page, ['/docs'])).toEqual([]);
      await page.locator('summary', { hasText: 'POST /auth/login' }).click();
      expect(await page.locator('#postAuthLogin table').isVisible()).toBe(true);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    60_000,
  );

  it('fits a screen 360 pixels wide', async () => {
    const { page } = await visit(browser, cluster.url, { viewport: { width: 360, height: 740 } });
    expect(await overflow(page, '/docs')).toEqual(['/docs', 0]);
    await page.context().close();
  }, 60_000);

  it('comes with the document itself', async () => {
    const { body } = await browserless(cluster.url).get('/docs/openapi.json');
    expect(body).toEqual(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
  });

  it('is served with DEMO only', async () => {
    const { url } = await startReplica('portal', { ...cluster.env, DEMO: 'false' });
    expect((await browserless(url).get('/docs')).status).toBe(404);
    expect((await browserless(url).get('/docs/openapi.json')).status).toBe(404);
  }, 60_000);
});
