import { browserless, type Client, DEMO, loginAs } from '../support/client.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';

const REQUESTS = 100;

describe('a session outlives the server that made it', () => {
  let cluster: Cluster;
  let visitor: Client;
  let authThatLoggedIn: string;

  beforeAll(async () => {
    cluster = await startCluster();
    visitor = browserless(cluster.url);
  }, 60_000);

  it('logs in once and is the same user on every replica', async () => {
    const login = await loginAs(visitor);
    authThatLoggedIn = login.headers.get('x-served-by')!;
    expect(cluster.of('auth').map(({ name }) => name)).toContain(authThatLoggedIn);
    const answers = await ask(visitor, '/api/session');
    expect(statuses(answers)).toEqual([200]);
    expect(new Set(answers.map(({ body }) => body.user.name))).toHaveProperty('size', 1);
    expect(new Set(answers.map(({ body }) => body.servedBy.replica))).toEqual(new Set(['portal-1', 'portal-2', 'portal-3']));
    for (const auth of cluster.of('auth')) expect((await visitor.at(auth.url).get('/auth/sessions')).body).toHaveLength(1);
  });

  it('reads on one replica what it put into the cart on another', async () => {
    const [one, ...others] = cluster.of('portal');
    expect((await visitor.at(one!.url).post('/api/cart/items', { sku: 'kettle', quantity: 2 })).status).toBeLessThan(300);
    for (const other of others) expect(await cart(visitor.at(other.url))).toEqual([{ sku: 'kettle', quantity: 2 }]);
  });

  it('stays logged in when the replicas that knew it are killed', async () => {
    const servedLast = (await visitor.get('/api/session')).body.servedBy.replica as string;
    await Promise.all([cluster.named(authThatLoggedIn).kill(), cluster.named(servedLast).kill()]);
    const answers = await ask(visitor, '/api/cart');
    expect(statuses(answers)).toEqual([200]);
    expect(answers.every(({ body }) => body.items[0].quantity === 2)).toBe(true);
    expect((await visitor.get('/auth/sessions')).status).toBe(200);
  });

  it('is refused by every replica as soon as it has logged out', async () => {
    const stolen = new Map(visitor.jar);
    expect((await visitor.post('/auth/logout')).status).toBe(204);
    expect(visitor.jar.size).toBe(0);
    const alive = cluster.replicas.filter(({ exit }) => !exit);
    expect(alive).toHaveLength(3);
    for (const replica of alive) {
      const path = replica.app === 'auth' ? '/auth/sessions' : '/api/session';
      expect((await browserless(replica.url, new Map(stolen)).get(path)).status).toBe(401);
    }
  });

  it('answers forms with redirects and pages', async () => {
    const person = browserless(cluster.url);
    const answer = await person.submit('/auth/login', DEMO, { headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect((await person.get('/', { headers: { accept: 'text/html' } })).text).toMatch(/demo/i);
  });
});

const ask = (client: Client, path: string) => Promise.all(Array.from({ length: REQUESTS }, () => client.get(path)));
const statuses = (answers: { status: number }[]) => [...new Set(answers.map(({ status }) => status))];
const cart = async (client: Client) => (await client.get('/api/cart')).body.items as unknown;
