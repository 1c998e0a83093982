import * as fc from 'fast-check';
import { browserless, type Client } from '../support/client.ts';
import type { Cluster } from '../support/cluster.ts';
import { startDemoCluster } from './demo-cluster.ts';

const MARK = 'zq<i>7';

describe('the API of the cart', () => {
  let cluster: Cluster;
  let visitor: Client;

  beforeAll(async () => {
    cluster = await startDemoCluster({ auth: 1, portal: 2 });
    visitor = browserless(cluster.url);
  }, 60_000);

  it('adds exactly for visitors without an account, and returns the same cart on every replica', async () => {
    await visitor.post('/api/cart/items', { sku: 'kettle', quantity: 2 });
    const adds = await Promise.all(Array.from({ length: 10 }, () => visitor.post('/api/cart/items', { sku: 'kettle' })));
    expect(adds.filter(({ status }) => status !== 200)).toEqual([]);
    for (const { url } of cluster.of('portal'))
      expect((await visitor.at(url).get('/api/cart')).body.items).toEqual([{ sku: 'kettle', quantity: 12 }]);
  });

  it.each([
    ['POST', '/api/cart/items'],
    ['DELETE', '/api/cart/items/kettle'],
  ])('refuses %s %s from another site', async (method, path) => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await visitor.send(method, path, { headers })).status).toBe(403);
  });

  it('responds to any body without a 500 and without repeating it', async () => {
    const bodies = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
      fc.tuple(fc.string(), fc.string()).map(([before, after]) => `${before}${MARK}${after}`),
    );
    const routes = fc.constantFrom<[string, string]>(['POST', '/api/cart/items'], ['DELETE', '/api/cart/items/x']);
    const property = fc.asyncProperty(routes, bodies, async ([method, path], body) => {
      const headers = { 'content-type': 'application/json' };
      const { status, text } = await browserless(cluster.url).send(method, path, { headers, body });
      expect(status).toBeLessThan(500);
      expect(text).not.toContain(MARK);
    });
    await expect(fc.assert(property, { numRuns: 100 })).resolves.toBeUndefined();
  }, 60_000);
});
