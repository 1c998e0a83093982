import type { Page } from 'playwright-core';

export type Scores = Record<'requests' | 'down' | 'failed' | 'lost', number>;

/** The scores of the cluster page. */
export async function scores(page: Page): Promise<Scores> {
  const read = async (name: string) => [name, Number(await page.locator(`[data-score=${name}]`).textContent())];
  return Object.fromEntries(await Promise.all(['requests', 'down', 'failed', 'lost'].map(read))) as Scores;
}

/** Waits until the cluster page has sent this many more requests. */
export async function moreRequests(page: Page, count: number): Promise<void> {
  const wanted = (await scores(page)).requests + count;
  await page.waitForFunction((n) => Number(document.querySelector('[data-score=requests]')?.textContent) >= n, wanted);
}
