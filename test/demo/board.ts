import type { Page } from 'playwright-core';

export type Scores = Record<'requests' | 'gone' | 'failed' | 'lost', number>;

/** What the cluster page counted so far. */
export async function scores(page: Page): Promise<Scores> {
  const read = async (name: string) => [name, Number(await page.locator(`[data-score=${name}]`).textContent())];
  return Object.fromEntries(await Promise.all(['requests', 'gone', 'failed', 'lost'].map(read))) as Scores;
}

/** Until the cluster page has made so many requests more. */
export async function moreRequests(page: Page, count: number): Promise<void> {
  const wanted = (await scores(page)).requests + count;
  await page.waitForFunction((n) => Number(document.querySelector('[data-score=requests]')?.textContent) >= n, wanted);
}
