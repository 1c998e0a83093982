/** @seconds 40 */
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { launch } from '../support/launch.ts';
import { temporaryFolder } from '../support/servers.ts';
import { moreRequests, scores } from './board.ts';
import { keepScreenshot, visit } from '../browser/visitor.ts';
import { logIn } from './log-in.ts';
import { addToCart } from './shop.ts';

const NOTHING_LOST = { failed: 0, lost: 0, user: 'demo', articles: '1' };

describe('the fault buttons under the launcher', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const launched = await launch(temporaryFolder('local'), ['--auth', '1', '--portal', '2']);
    browser = await launchBrowser();
    page = (await visit(browser, (await launched.run()).url)).page;
    await logIn(page);
    await addToCart(page, 'Relay baton');
    await page.goto('/cluster');
    await page.locator('.store.serving[data-node="redis"]').waitFor();
  }, 120_000);

  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const store = (name: string, state: string) => page.locator(`.store.${state}[data-node="${name}"]`).waitFor();

  it.each([
    ['Stop redis', 'Start redis', 'redis'],
    ['Freeze redis', 'Thaw redis', 'redis'],
    ['Stop postgres', 'Start postgres', 'postgres'],
    ['Freeze postgres', 'Thaw postgres', 'postgres'],
  ])(
    '%s, then %s: the visitor stays signed in and no request fails',
    async (breakIt, mendIt, name) => {
      await press(breakIt);
      await store(name, 'away');
      await moreRequests(page, 5);
      await press(mendIt);
      await store(name, 'serving');
      await moreRequests(page, 5);
      expect(await shownState()).toEqual(NOTHING_LOST);
    },
    60_000,
  );

  it('Flush redis: sessions are restored from Postgres', async () => {
    await press('Flush redis');
    await page.getByText('Done: Flush').waitFor();
    await moreRequests(page, 8);
    await store('redis', 'serving');
    expect(await shownState()).toEqual(NOTHING_LOST);
  }, 60_000);

  it('adds a replica that serves requests, and removes it', async () => {
    await press('Add one replica of portal');
    const added = page.locator('.replica.running[data-node="portal-3"]');
    await added.waitFor();
    await page.locator('[data-timeline] .square', { hasText: 'P3' }).first().waitFor();
    await press('Remove portal-3');
    await added.waitFor({ state: 'detached' });
    await moreRequests(page, 6);
    expect(await shownState()).toEqual(NOTHING_LOST);
    await keepScreenshot(page, 'fault-buttons');
  }, 60_000);

  async function shownState() {
    const { failed, lost } = await scores(page);
    const text = (selector: string) => page.locator(selector).textContent();
    return { failed, lost, user: await text('[data-me]'), articles: await text('[data-articles]') };
  }
});
