import { ADMIN } from '../support/client.ts';
import { startSite, type Site } from '../security/site.ts';

const HTML = { headers: { accept: 'text/html' } };

let site: Site;
beforeAll(async () => {
  site = await startSite({ auths: 1, env: { NODE_NAME: 'node-of-this-test' } });
}, 60_000);

describe('names, nodes and load of the replicas, without DEMO', () => {
  it('are not shown to visitors and users', async () => {
    const visitors = [site.visitor(), await site.signedIn()].map((client) => client.at(site.portal[0]!.url));
    const responses = await Promise.all(visitors.map((client) => client.get('/cluster')));
    expect(responses.map(({ status }) => status)).toEqual([401, 403]);
    for (const { text } of responses) expect(text).not.toContain('node-of-this-test');
  });

  it('are in no header, footer or link for visitors and users', async () => {
    const name = site.portal[0]!.name;
    for (const client of [site.visitor(), await site.signedIn()]) {
      for (const url of [site.portal[0]!.url, site.auth[0]!.url]) {
        const { headers, text } = await client.at(url).get(url === site.auth[0]!.url ? '/auth/register' : '/', HTML);
        expect(headers.get('x-served-by')).toBeNull();
        expect(text).toContain('</html>');
        expect(text).not.toMatch(new RegExp(`${name}|${site.auth[0]!.name}|"/cluster"|data-replica`));
      }
    }
  });

  it('are in header, footer and link for administrators', async () => {
    const admin = (await site.signedIn(ADMIN)).at(site.portal[0]!.url);
    const { headers, text } = await admin.get('/', HTML);
    expect(headers.get('x-served-by')).toBe(site.portal[0]!.name);
    expect(text).toContain(`data-replica="${site.portal[0]!.name}"`);
    expect(text).toContain('href="/cluster"');
  });

  it('are shown to administrators', async () => {
    const admin = (await site.signedIn(ADMIN)).at(site.portal[0]!.url);
    const { status, text } = await admin.get('/cluster');
    expect([status, text.includes('node-of-this-test')]).toEqual([200, true]);
  });
});
