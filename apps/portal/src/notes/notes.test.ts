import { browserless, type Client, loginAs } from '../../../../test/support/client.ts';
import { type Cluster, startCluster } from '../../../../test/support/cluster.ts';

describe('notes', () => {
  let cluster: Cluster;
  let visitor: Client;

  beforeAll(async () => {
    cluster = await startCluster({ auth: 1, portal: 2 });
    visitor = browserless(cluster.url);
  }, 60_000);

  it('are for signed-in visitors', async () => {
    expect((await visitor.get('/notes')).status).toBe(401);
    expect((await visitor.post('/notes', { text: 'never' })).status).toBe(401);
  });

  it('added on one replica are listed by another, and counted in the session', async () => {
    await loginAs(visitor);
    const [one, other] = cluster.of('portal').map(({ url }) => visitor.at(url)) as [Client, Client];
    expect((await one.post('/notes', { text: 'Buy milk' })).status).toBe(201);
    expect((await one.submit('/notes', { text: 'Call <Ada>' }, { headers: { accept: 'text/html' } })).status).toBe(303);
    expect((await other.get('/notes')).body.notes).toMatchObject([{ text: 'Call <Ada>' }, { text: 'Buy milk' }]);
    const page = await other.get('/notes', { headers: { accept: 'text/html' } });
    expect(page.text).toContain('Call &lt;Ada>');
    expect(page.text).toContain('2 added in this session');
  });

  it('are refused when they are empty', async () => {
    expect((await visitor.post('/notes', { text: ' ' })).status).toBe(400);
  });
});
