/** @seconds 20 */
import { sign } from 'cookie-signature';
import { Canary } from '../support/breakable/canary.ts';
import { Cluster } from '../support/breakable/cluster.ts';
import { browserless, type Client, loginAs, register } from '../support/client.ts';

const SECRET = 'a secret that signs cookies of this test';
const DEADLINE_MS = 10_000;
let cluster: Cluster;

beforeAll(async () => {
  const env = {
    SESSION_IDLE_SECONDS: '5',
    SESSION_TOUCH_SECONDS: '1',
    SESSION_REDIS_DEADLINE_MS: '1000',
    SESSION_SECRETS: SECRET,
  };
  cluster = await Cluster.start({ auths: 1, portals: 2, env });
  await new Canary(cluster).untilRecovered();
}, 60_000);

afterAll(() => cluster.close());

interface Visitor {
  client: Client;
  /** The same account in another browser. */
  elsewhere: Client;
}

async function newcomer(): Promise<Visitor> {
  const auth = cluster.of('auth')[0]!;
  const [client, elsewhere] = [browserless(auth.url), browserless(auth.url)];
  await loginAs(elsewhere, await register(client));
  return { client, elsewhere };
}

const cookieHeader = ({ jar }: Client) => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
const sessionAt = (url: string, client: Client) => client.at(url).get('/api/session');

/** Opens a stream at each portal. Returns the types of the events of each, once it has ended. */
async function streamsOf(client: Client): Promise<Promise<string[]>[]> {
  const open = cluster.of('portal').map(({ url }) =>
    fetch(`${url}/api/events`, {
      headers: { cookie: cookieHeader(client), accept: 'text/event-stream' },
      signal: AbortSignal.timeout(DEADLINE_MS),
    }),
  );
  return (await Promise.all(open)).map(async (response) => {
    const text = await response.text().catch((error: Error) => `event: still open (${error.name})`);
    return [...text.matchAll(/^event: (.+)$/gm)].map(([, type]) => type!).filter((type) => type !== 'beat');
  });
}

/** A former id of the session, as a thief may hold: the same locator with another secret part. */
function formerId({ jar }: Client): string {
  const id = decodeURIComponent(jar.get('baton')!).slice(2, 67);
  return encodeURIComponent(`s:${sign(id.slice(0, 43) + 'A'.repeat(22), SECRET)}`);
}

const ENDS: Record<string, (visitor: Visitor) => Promise<unknown>> = {
  'a logout': ({ client }) => client.post('/auth/logout'),
  'a revocation': async ({ client, elsewhere }) => {
    const { body } = await sessionAt(cluster.of('portal')[0]!.url, client);
    return elsewhere.delete(`/auth/sessions/${body.session.publicId}`);
  },
  'a revocation of all others': ({ elsewhere }) => elsewhere.delete('/auth/sessions'),
  'a theft': ({ client }) => sessionAt(cluster.of('portal')[0]!.url, browserless('', new Map([['baton', formerId(client)]]))),
  'its idle time': async () => undefined,
  'a logout while Postgres is down': async ({ client }) => {
    await cluster.postgres.kill();
    expect((await client.post('/auth/logout')).status).toBe(204);
  },
};

describe('the event streams of a session, on every replica,', () => {
  it.each(Object.keys(ENDS))('say so and end after %s', async (name) => {
    const visitor = await newcomer();
    const streams = await streamsOf(visitor.client);
    await ENDS[name]!(visitor);
    expect(await Promise.all(streams)).toEqual([
      ['hello', 'ended'],
      ['hello', 'ended'],
    ]);
  });
});
