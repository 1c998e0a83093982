/** @seconds 10 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../support/client.ts';
import { type Replica, startReplica } from '../support/replicas.ts';
import { PASSWORD, sessionStatus, snapshot, startSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
}, 60_000);

const form = { headers: { accept: 'text/html' } };

/** Waits until the session's authentication is older than STEP_UP_SECONDS=1. */
async function untilTooOld(client: Client): Promise<void> {
  const deadline = performance.now() + 5000;
  while ((await client.delete('/auth/sessions/nothing')).status !== 403) {
    if (performance.now() > deadline) throw new Error('The authentication is still recent enough.');
    await pause(100);
  }
}

describe('the list of devices', () => {
  it('shows address and time, newest first, and nothing that works as a cookie', async () => {
    const client = await site.newcomer();
    const phone = site.visitor();
    await phone.post('/auth/login', client.credentials, { headers: { 'user-agent': 'Phone/1.0' } });
    const response = await client.at(site.auth[1]!.url).get('/auth/sessions');
    expect(response.body).toEqual([
      {
        publicId: expect.any(String),
        current: false,
        createdAt: expect.stringMatching(/Z$/),
        lastSeenAt: expect.stringMatching(/Z$/),
        expiresAt: expect.stringMatching(/Z$/),
        idleSeconds: 1800,
        device: { ip: expect.stringMatching(/127\.0\.0\.1|::1/), userAgent: 'Phone/1.0' },
      },
      expect.objectContaining({ current: true }),
    ]);
    for (const cookie of [...client.jar.values(), ...phone.jar.values()]) {
      expect(response.text).not.toContain(cookie.slice(4, 40));
    }
  });

  it('signs out one device on every replica', async () => {
    const client = await site.newcomer();
    const other = await site.signedIn(client.credentials);
    const [first] = (await client.get('/auth/sessions')).body as { publicId: string }[];
    expect((await client.at(site.auth[1]!.url).delete(`/auth/sessions/${first!.publicId}`)).status).toBe(204);
    expect(await sessionStatus(other, site.portal[0]!)).toBe(401);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
  });

  it('signs out all devices but this one', async () => {
    const client = await site.newcomer();
    const others = await Promise.all([1, 2, 3].map(() => site.signedIn(client.credentials)));
    const response = await client.delete('/auth/sessions');
    expect([response.status, response.body]).toEqual([200, { ended: 3 }]);
    expect(await Promise.all(others.map((other) => sessionStatus(other, site.portal[0]!)))).toEqual([401, 401, 401]);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
  });

  it("returns the same 404 for another user's session and an invented one", async () => {
    const [mine, theirs] = [await site.newcomer(), await site.newcomer()];
    const [session] = (await theirs.get('/auth/sessions')).body as { publicId: string }[];
    const foreign = await mine.delete(`/auth/sessions/${session!.publicId}`);
    const invented = await mine.delete('/auth/sessions/AAAAAAAAAAAAAAAA');
    expect([foreign.status, foreign.text]).toEqual([404, invented.text]);
    expect(await sessionStatus(theirs, site.portal[0]!)).toBe(200);
  });

  it('is a page with forms for browsers', async () => {
    const client = await site.newcomer();
    const other = await site.signedIn(client.credentials);
    const page = await client.get('/auth/sessions', form);
    const action = /action="(\/auth\/sessions\/[^"]+\/end)"/.exec(page.text)?.[1];
    const response = await client.submit(action!, {}, form);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/auth/sessions']);
    expect(await sessionStatus(other, site.portal[0]!)).toBe(401);
  });
});

describe('an old authentication', () => {
  let strict: Replica;
  beforeAll(async () => {
    strict = await startReplica('auth', { ...site.env, STEP_UP_SECONDS: '1' });
  }, 30_000);

  it('cannot revoke sessions until the password is entered again, which renews the id without a grace period', async () => {
    const { credentials, ...anywhere } = await site.newcomer();
    const client = anywhere.at(strict.url);
    const other = await site.signedIn(credentials);
    await untilTooOld(client);
    const refused = await client.delete('/auth/sessions');
    expect([refused.status, refused.body.type]).toEqual([403, 'urn:baton:reauthenticate']);
    expect(await sessionStatus(other, site.portal[0]!)).toBe(200);
    const before = snapshot(client, site.portal[0]!.url);
    expect((await client.post('/auth/reauthenticate', { password: 'wrong one' })).status).toBe(401);
    expect((await client.post('/auth/reauthenticate', { password: PASSWORD })).status).toBe(204);
    expect((await client.delete('/auth/sessions')).body).toEqual({ ended: 1 });
    expect(await sessionStatus(before, site.portal[0]!)).toBe(401);
  });

  it('redirects to the password form and back', async () => {
    const client = (await site.newcomer()).at(strict.url);
    await untilTooOld(client);
    const detour = await client.submit('/auth/sessions/end-others', {}, form);
    expect([detour.status, detour.headers.get('location')]).toEqual([303, '/auth/reauthenticate?to=%2Fauth%2Fsessions']);
    const back = await client.submit('/auth/reauthenticate', { password: PASSWORD, to: '/auth/sessions' }, form);
    expect([back.status, back.headers.get('location')]).toEqual([303, '/auth/sessions']);
  });
});
