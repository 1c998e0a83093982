/** @seconds 15 */
import type { Browser, Page } from 'playwright-core';
import { objections } from '../browser/accessibility.ts';
import { inspect, overflow } from '../browser/inspect.ts';
import { visit } from '../browser/visitor.ts';
import { PASSWORD, newCredentials } from '../security/site.ts';
import { launchBrowser } from '../support/browser.ts';
import { migratedDatabase } from '../support/migrated-database.ts';
import { startReplica } from '../support/replicas.ts';
import { testRedis } from '../support/servers.ts';
import { freePort } from '../../tools/local/ports.ts';
import { Device } from './device.ts';

let siteUrl: string;
let browser: Browser;
beforeAll(async () => {
  const [databaseUrl, redis, port] = [await migratedDatabase(), await testRedis(), await freePort()];
  // A passkey belongs to a host name, which an address is not.
  siteUrl = `http://localhost:${port}`;
  const env = { DATABASE_URL: databaseUrl, REDIS_URL: redis.url, SESSION_REDIS_DEADLINE_MS: '1000', SHUTDOWN_DRAIN_MS: '0' };
  await startReplica('auth', { ...env, PORT: String(port), SITE_URL: siteUrl });
  browser = await launchBrowser();
}, 120_000);

/** A page of somebody with a new account. */
async function newcomer() {
  const visitor = await visit(browser, siteUrl);
  const { page } = visitor;
  const who = newCredentials();
  await page.goto('/auth/register?to=/auth/passkeys');
  await page.getByLabel('Username').fill(who.username);
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.waitForURL('**/auth/passkeys');
  return { ...visitor, who };
}

async function add(page: Page, name: string): Promise<void> {
  await page.goto('/auth/passkeys');
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('row', { name }).waitFor();
}

/** No suggestions: only the button signs in. */
const withoutSuggestions = (page: Page) =>
  page.addInitScript(() => Object.defineProperty(PublicKeyCredential, 'isConditionalMediationAvailable', { value: undefined }));

const signOut = (page: Page) => page.context().clearCookies();
const userOf = async (page: Page): Promise<string | null> => page.getByRole('heading', { level: 1 }).textContent();

describe('in a browser, a passkey', () => {
  it('is added, signs in without a user name, and no longer does so when it is removed', async () => {
    const { page, who, complaints } = await newcomer();
    await withoutSuggestions(page);
    const phone = await Device.plugIn(page);
    await add(page, 'my phone');
    const keys = await phone.unplug();
    const key = await Device.plugIn(page, 'usb');
    await add(page, 'my key');
    expect(await key.keys()).toHaveLength(1);

    await signOut(page);
    await page.goto('/auth/login?to=%2Fauth%2Faccount');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL('**/auth/account');
    expect(await userOf(page)).toBe(who.username);

    await page.goto('/auth/passkeys');
    await page.getByRole('button', { name: 'Remove my key' }).click();
    await page.getByRole('row', { name: 'my key' }).waitFor({ state: 'detached' });
    await signOut(page);
    await page.goto('/auth/login?to=%2Fauth%2Faccount');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText('This passkey does not sign in here.').waitFor();
    expect(await objections(page)).toEqual([]);

    await key.unplug();
    await (await Device.plugIn(page)).have(keys);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL('**/auth/account');
    expect(await userOf(page)).toBe(who.username);
    expect(complaints).toEqual([]);
  }, 60_000);

  it('is suggested in the field of the user name (conditional UI)', async () => {
    const { page, who } = await newcomer();
    await Device.plugIn(page);
    await add(page, 'my phone');
    await signOut(page);
    // The virtual authenticator takes the suggestion at once.
    await page.goto('/auth/login?to=%2Fauth%2Faccount');
    await page.waitForURL('**/auth/account');
    expect(await userOf(page)).toBe(who.username);
  }, 60_000);

  it('is the second step after a password', async () => {
    const { page, who } = await newcomer();
    await withoutSuggestions(page);
    await Device.plugIn(page);
    await add(page, 'my phone');
    await signOut(page);
    await page.goto('/auth/login?to=%2Fauth%2Faccount');
    await page.getByLabel('Username').fill(who.username);
    await page.getByLabel('Password', { exact: true }).fill(who.password);
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Second step' }).waitFor();
    expect(await objections(page)).toEqual([]);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL('**/auth/account');
    expect(await userOf(page)).toBe(who.username);
  }, 60_000);

  it('is refused a second time on the same device, in words', async () => {
    const { page } = await newcomer();
    await Device.plugIn(page);
    await add(page, 'my phone');
    await page.getByLabel('Name').fill('again');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('This device already has a passkey for your account.').waitFor();
    expect(await page.getByRole('row', { name: 'again' }).count()).toBe(0);
  }, 60_000);
});

describe('the pages of passkeys', () => {
  it.each(['light', 'dark'] as const)(
    'meet WCAG 2.2 AA, %s',
    async (colorScheme) => {
      const { page } = await newcomer();
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await Device.plugIn(page);
      await add(page, 'my phone');
      expect(await inspect(page, ['/auth/passkeys', '/auth/account'])).toEqual([]);
      await page.context().clearCookies();
      await withoutSuggestions(page);
      expect(await inspect(page, ['/auth/login'])).toEqual([]);
    },
    60_000,
  );

  it('fit a screen 360 pixels wide', async () => {
    const { page } = await newcomer();
    await Device.plugIn(page);
    await add(page, 'a telephone with a really long name and no end in sight');
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await overflow(page, '/auth/passkeys')).toEqual(['/auth/passkeys', 0]);
  }, 60_000);

  it('show no button that needs a script, and remove a passkey without one', async () => {
    const { page } = await newcomer();
    await Device.plugIn(page);
    await add(page, 'my phone');
    const storageState = await page.context().storageState();
    const { page: plain } = await visit(browser, siteUrl, { javaScriptEnabled: false, storageState });
    await plain.goto('/auth/passkeys');
    // Chromium shows no <noscript> when scripts are switched off from outside; the tests over HTTP read it.
    expect(await plain.getByLabel('Name').isVisible()).toBe(false);
    await plain.getByRole('button', { name: 'Remove my phone' }).click();
    await plain.getByRole('row', { name: 'my phone' }).waitFor({ state: 'detached' });
    await plain.context().clearCookies();
    await plain.goto('/auth/login');
    expect(await plain.getByRole('button', { name: 'Use a passkey' }).isVisible()).toBe(false);
  }, 60_000);
});
