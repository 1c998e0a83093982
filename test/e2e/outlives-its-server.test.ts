/** @seconds 10 */
import { browserless, type Client, loginAs, USER } from '../support/client.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';

const REQUESTS = 100;

describe('a session that outlives the server that created it', () => {
  let cluster: Cluster;
  let visitor: Client;
  let loginReplica: string;

  beforeAll(async () => {
    cluster = await startCluster();
    visitor = browserless(cluster.url);
  }, 60_000);

  it('is the same user on every replica after one login', async () => {
    const [auth] = cluster.of('auth');
    loginReplica = auth!.name;
    await loginAs(visitor.at(auth!.url));
    const responses = await ask(visitor, '/api/session');
    expect(statuses(responses)).toEqual([200]);
    expect(new Set(responses.map(({ body }) => body.user.name))).toHaveProperty('size', 1);
    expect(new Set(responses.map(({ body }) => body.servedBy.replica))).toEqual(new Set(['portal-1', 'portal-2', 'portal-3']));
    for (const auth of cluster.of('auth')) expect((await visitor.at(auth.url).get('/auth/sessions')).body).toHaveLength(1);
  });

  it('returns on one replica what was written on another', async () => {
    const [one, ...others] = cluster.of('portal');
    expect((await visitor.at(one!.url).post('/api/tally', { name: 'lap', amount: 2 })).status).toBe(200);
    for (const other of others) expect(await tally(visitor.at(other.url))).toEqual({ lap: 2 });
  });

  it('stays logged in after the replicas that served it are killed', async () => {
    const servedLast = (await visitor.get('/api/session')).body.servedBy.replica as string;
    await Promise.all([cluster.named(loginReplica).kill(), cluster.named(servedLast).kill()]);
    const responses = await ask(visitor, '/api/tally');
    expect(statuses(responses)).toEqual([200]);
    expect(responses.every(({ body }) => body.tally.lap === 2)).toBe(true);
    expect((await visitor.get('/auth/sessions')).status).toBe(200);
  });

  it('is refused by every replica after logout', async () => {
    const stolen = new Map(visitor.jar);
    expect((await visitor.post('/auth/logout')).status).toBe(204);
    expect(visitor.jar.has('baton')).toBe(false);
    const alive = cluster.replicas.filter(({ exit }) => !exit);
    expect(alive).toHaveLength(3);
    for (const replica of alive) {
      const path = replica.app === 'auth' ? '/auth/sessions' : '/api/session';
      expect((await browserless(replica.url, new Map(stolen)).get(path)).status).toBe(401);
    }
  });

  it('answers form posts with redirects and pages', async () => {
    const person = browserless(cluster.url);
    const response = await person.submit('/auth/login', USER, { headers: { accept: 'text/html' } });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    expect((await person.get('/', { headers: { accept: 'text/html' } })).text).toContain(USER.username);
  });
});

const ask = (client: Client, path: string) => Promise.all(Array.from({ length: REQUESTS }, () => client.get(path)));
const statuses = (responses: { status: number }[]) => [...new Set(responses.map(({ status }) => status))];
const tally = async (client: Client) => (await client.get('/api/tally')).body.tally as unknown;
