import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { USER } from '../support/client.ts';

export const artifacts = resolve(import.meta.dirname, '../../artifacts');

/** Longer than any step takes on a busy machine. */
const TIMEOUT_MS = 15_000;

export interface Visitor {
  page: Page;
  /** CSP violations and script errors. */
  complaints: string[];
}

/** A visitor with a separate cookie jar. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(TIMEOUT_MS);
  const page = await context.newPage();
  await page.addInitScript(() => document.addEventListener('baton:hello', () => (window.listening = true)));
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused/i.test(message.text())) complaints.push(message.text());
  });
  return { page, complaints };
}

/** Signs in through the form. */
export async function logIn(page: Page, to = '/', who = USER): Promise<void> {
  await page.goto(`/auth/login?to=${encodeURIComponent(to)}`);
  await page.getByLabel('Username').fill(who.username);
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  await page.getByRole('main').getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`**${to}`);
}

/** Waits until the page's event stream is open. */
export const untilListening = (page: Page) => page.waitForFunction(() => window.listening);

/** The replica that served the page, as administrators see it, and everybody in a demonstration. */
export const servedBy = async (page: Page): Promise<string> => (await page.locator('.site-footer .bib').textContent()) ?? '';

export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  await page.screenshot({ path: resolve(artifacts, `${name}.png`), fullPage: true });
}

declare global {
  interface Window {
    listening?: boolean;
  }
}
