import { ADMIN } from '../support/client.ts';
import { startSite, type Site } from '../security/site.ts';

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

  it('are shown to administrators', async () => {
    const admin = (await site.signedIn(ADMIN)).at(site.portal[0]!.url);
    const { status, text } = await admin.get('/cluster');
    expect([status, text.includes('node-of-this-test')]).toEqual([200, true]);
  });
});
