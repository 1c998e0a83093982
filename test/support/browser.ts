import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { onCleanup } from './cleanup.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** A headless browser, closed after the tests of the file. */
export async function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: browserPath(), ...options });
  onCleanup(() => browser.close());
  return browser;
}

/** CHROME_PATH, a browser on PATH, playwright's, or (as root on Debian) the distribution's package, which it installs. */
export function browserPath(): string {
  const found = process.env['CHROME_PATH'] ?? findBrowser() ?? installOnDebian();
  if (found) return found;
  throw new Error(
    'The browser tests need a browser: run `npx playwright-core install chromium`, or set CHROME_PATH to a Chrome or Chromium of this machine.',
  );
}

function findBrowser(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, MAC, chromium.executablePath()].find((path) => path && existsSync(path));
}

function installOnDebian(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=120', '-qq', ...args], { stdio: 'pipe', timeout: 300_000 });
  apt('update');
  apt('install', '-y', '--no-install-recommends', 'chromium');
  return findBrowser();
}
