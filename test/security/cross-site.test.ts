import { USER, type Client } from '../support/client.ts';
import { sessionStatus, startSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite({ auths: 1 });
}, 60_000);

const EVIL = 'https://evil.example';
/** The headers that browsers add to requests which another site triggers. */
const CROSS_SITE: [string, Record<string, string>][] = [
  ['a form of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', origin: EVIL }],
  [
    'a form of a sibling domain',
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', origin: 'http://sibling.localhost' },
  ],
  ['fetch of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', origin: EVIL }],
  ['an older browser, which sends Origin only', { origin: EVIL }],
  ['a sandboxed frame', { origin: 'null' }],
];
const BODIES: [string, string, string][] = [
  ['form', 'application/x-www-form-urlencoded', new URLSearchParams(USER).toString()],
  ['JSON', 'application/json', JSON.stringify(USER)],
  ['JSON as text/plain', 'text/plain', JSON.stringify(USER)],
];

const send = (client: Client, method: string, path: string, headers: Record<string, string>, body?: string) =>
  client.send(method, path, { headers, ...(body !== undefined && { body }) });

describe.each(CROSS_SITE)('%s', (_name, headers) => {
  it.each(BODIES)('cannot sign a visitor in with a %s body', async (_kind, type, body) => {
    const visitor = site.visitor();
    const response = await send(visitor, 'POST', '/auth/login', { ...headers, 'content-type': type }, body);
    expect([response.status, visitor.jar.size]).toEqual([403, 0]);
  });

  it('cannot change anything on behalf of a signed-in user', async () => {
    const client = await site.signedIn();
    const portal = client.at(site.portal[0]!.url);
    const attempts: [Client, string, string][] = [
      [client, 'POST', '/auth/logout'],
      [client, 'POST', '/auth/password'],
      [client, 'POST', '/auth/token'],
      [client, 'POST', '/auth/sessions/end-others'],
      [client, 'DELETE', '/auth/sessions'],
      [client, 'DELETE', '/auth/admin/sessions'],
      [portal, 'POST', '/api/tally'],
      [portal, 'PUT', '/api/preferences'],
    ];
    const statuses = await Promise.all(
      attempts.map(async ([where, method, path]) => (await send(where, method, path, headers)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([403]));
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
  });
});

describe('our own pages', () => {
  it('may sign in: same origin by Fetch Metadata, or by Origin in older browsers', async () => {
    const origin = site.auth[0]!.url;
    const own = { 'content-type': 'application/json', origin };
    const body = JSON.stringify(USER);
    expect((await send(site.visitor(), 'POST', '/auth/login', own, body)).status).toBe(200);
    const modern = { ...own, 'sec-fetch-site': 'same-origin' };
    expect((await send(site.visitor(), 'POST', '/auth/login', modern, body)).status).toBe(200);
  });

  it('are the only readers: no response allows another origin', async () => {
    const response = await (await site.signedIn()).get('/auth/sessions', { headers: { origin: EVIL } });
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('GET', () => {
  it('changes nothing', async () => {
    const client = await site.signedIn();
    for (const path of ['/auth/logout', '/auth/token', '/auth/password', '/auth/admin/sessions', '/auth/sessions/end-others']) {
      expect([path, (await client.get(path)).status]).toEqual([path, 404]);
    }
    expect((await client.send('HEAD', '/auth/sessions')).status).toBe(200);
    expect(await sessionStatus(client, site.portal[0]!)).toBe(200);
  });
});
