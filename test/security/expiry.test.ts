/** @seconds 15 */
import { setTimeout as pause } from 'node:timers/promises';
import { sessionStatus, startSite, type Site } from './site.ts';

const IDLE_MS = 2000;
const ABSOLUTE_MS = 4000;
const TOUCH_MS = 1000;
let site: Site;
beforeAll(async () => {
  site = await startSite({
    auths: 1,
    env: {
      SESSION_IDLE_SECONDS: String(IDLE_MS / 1000),
      SESSION_ABSOLUTE_SECONDS: String(ABSOLUTE_MS / 1000),
      SESSION_TOUCH_SECONDS: String(TOUCH_MS / 1000),
    },
  });
}, 60_000);

describe('the two lifetimes', () => {
  it('an unused session expires, never early and at most one touch interval late', async () => {
    const client = await site.newcomer();
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
    await pause(IDLE_MS + TOUCH_MS + 500);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(401);
  });

  it('a session in use expires at its absolute lifetime', async () => {
    const client = await site.newcomer();
    const made = performance.now();
    let acceptedUntil = 0;
    while (performance.now() - made < ABSOLUTE_MS + TOUCH_MS + 1000) {
      const readAt = performance.now() - made;
      if ((await sessionStatus(client, site.portal[0]!)) !== 200) break;
      acceptedUntil = readAt;
      await pause(100);
    }
    expect(acceptedUntil).toBeGreaterThan(ABSOLUTE_MS - 1000);
    expect(acceptedUntil).toBeLessThan(ABSOLUTE_MS + 1000);
  }, 20_000);
});
