import type { Page } from 'playwright-core';

export async function addToCart(page: Page, article: string): Promise<void> {
  await page.goto('/catalogue');
  await page.getByRole('button', { name: new RegExp(`^Add to cart.*${article}$`) }).click();
  await page.waitForURL('**/catalogue?added=*');
}
