/** @seconds 40 */
import type { Browser, Page } from 'playwright-core';
import type { Server } from '../../tools/local/server.ts';
import { launchBrowser } from '../support/browser.ts';
import { startDemoCluster } from '../demo/demo-cluster.ts';
import type { Cluster } from '../support/cluster.ts';
import { migrateDatabase } from '../support/built.ts';
import { privatePostgres, privateRedis } from '../support/servers.ts';
import { moreRequests, scores } from './board.ts';
import { keepScreenshot, visit } from '../browser/visitor.ts';
import { logIn } from './log-in.ts';
import { addToCart } from './shop.ts';

describe('the cluster page', () => {
  let cluster: Cluster;
  let browser: Browser;
  let redis: Server;
  let postgres: Server;
  let page: Page;

  beforeAll(async () => {
    [redis, postgres] = await Promise.all([privateRedis(), privatePostgres()]);
    await migrateDatabase(postgres.url);
    cluster = await startDemoCluster({ auth: 2, portal: 4, env: { DATABASE_URL: postgres.url, REDIS_URL: redis.url } });
    browser = await launchBrowser();
    page = (await visit(browser, cluster.url)).page;
    await logIn(page);
    await addToCart(page, 'Relay baton');
    await page.goto('/cluster');
  }, 120_000);

  it('shows every replica, and every request of the tab with the replica that served it', async () => {
    for (const { name } of cluster.replicas) await page.locator(`[data-node="${name}"]`).waitFor();
    const before = await page.evaluate(() => performance.now());
    await moreRequests(page, 12);
    expect(await layoutShift(page, before)).toBeLessThan(0.02);
    expect(await page.locator('[data-timeline] .square').count()).toBeGreaterThanOrEqual(12);
    expect(await page.locator('[data-timeline] .square').allTextContents()).toEqual(expect.arrayContaining(['P1', 'P2', 'P3']));
  });

  it('signs the visitor out on other replicas when sessions live in one server’s memory', async () => {
    const other = (await visit(browser, cluster.url)).page;
    await logIn(other, '/cluster');
    await other.getByRole('switch').check();
    await other.locator('.square.lost').first().waitFor();
    await other.getByText('does not know you').first().waitFor();
    await other.getByRole('switch').uncheck();
    await moreRequests(other, 5);
    expect(await scores(other)).toMatchObject({ lost: 0 });
    await other.context().close();
  });

  it('shows no sign-out, no failed request and an intact cart after crashed replicas and failed stores', async () => {
    await cluster.named((await page.locator('.changes .bib').textContent()) ?? '').kill();
    await moreRequests(page, 10);
    await redis.kill();
    await moreRequests(page, 10);
    await page.getByText('Redis is unavailable').waitFor();
    redis = await privateRedis({ dataFolder: redis.dataFolder, port: redis.port });
    await page.locator('.store.serving[data-node="redis"]').waitFor();
    // One fault at a time: every replica must trust Redis again before Postgres freezes.
    await everywhereInUse(cluster, 'redis');
    await moreRequests(page, 6);
    postgres.freeze();
    await moreRequests(page, 10);
    postgres.thaw();
    await everywhereInUse(cluster, 'postgres');
    await moreRequests(page, 6);

    expect(await scores(page)).toMatchObject({ failed: 0, lost: 0 });
    expect((await scores(page)).down).toBeGreaterThanOrEqual(1);
    expect(await page.locator('[data-me]').textContent()).toBe('demo');
    expect(await page.locator('[data-articles]').textContent()).toBe('1');
    await keepScreenshot(page, 'cluster-after-faults');
  }, 60_000);

  it.each(['both stores are up', 'Postgres is not responding'])(
    'crashes the replica whose button is pressed while %s, and counts the crash',
    async (stores) => {
      const before = await scores(page);
      const victim = cluster.of('portal').find(({ exit }) => !exit)!;
      if (stores === 'Postgres is not responding') postgres.freeze();
      await page.getByRole('button', { name: `Crash ${victim.name}` }).click();
      expect(await victim.exited).toEqual({ code: null, signal: 'SIGKILL' });
      postgres.thaw();
      await page.waitForFunction((down) => Number(document.querySelector('[data-score=down]')?.textContent) > down, before.down);
      await moreRequests(page, 5);
      expect(await scores(page)).toMatchObject({ failed: 0, lost: 0 });
    },
  );
});

/** Waits until every running replica uses the store. */
async function everywhereInUse(cluster: Cluster, store: 'redis' | 'postgres'): Promise<void> {
  const running = (['auth', 'portal'] as const).flatMap((app) => cluster.of(app)).filter(({ exit }) => !exit);
  const inUse = new RegExp(`^baton_session_store_in_use\\{store="${store}".*\\} 1$`, 'm');
  for (const { url } of running) {
    while (!inUse.test(await (await fetch(`${url}/metrics`)).text())) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Returns a function that reads the cumulative layout shift since this call. */
async function layoutShift(page: Page, since: number): Promise<number> {
  return page.evaluate((from) => {
    const observer = new PerformanceObserver(() => {});
    observer.observe({ type: 'layout-shift', buffered: true });
    const shifts = observer.takeRecords() as (PerformanceEntry & { value: number })[];
    return new Promise<number>((resolve) => {
      setTimeout(
        () =>
          resolve(
            [...shifts, ...(observer.takeRecords() as typeof shifts)]
              .filter((it) => it.startTime > from)
              .reduce((sum, it) => sum + it.value, 0),
          ),
        300,
      );
    });
  }, since);
}
