import type { Page } from 'playwright-core';
import { objections } from './accessibility.ts';

/** What axe reports, prefixed with the path. */
export async function inspect(page: Page, paths: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    await page.goto(path);
    found.push(...(await objections(page)).map((objection) => `${path}: ${objection}`));
  }
  return found;
}

/** By how many pixels a page is wider than the screen. */
export async function overflow(page: Page, path: string): Promise<[string, number]> {
  await page.goto(path);
  return [path, await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)];
}
