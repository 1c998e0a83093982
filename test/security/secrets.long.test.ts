/** @seconds 20 */
import { createHmac } from 'node:crypto';
import { createClient } from 'redis';
import { browserless, type Client } from '../support/client.ts';
import { type App, type Replica, startReplica } from '../support/replicas.ts';
import { sessionStatus, startSite, type Site } from './site.ts';

const SECRET = 'the-first-secret-the-first-secret-0001';
const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');

let site: Site;
beforeAll(async () => {
  site = await startSite({ env: { SHUTDOWN_DRAIN_MS: '500', SESSION_SECRETS: SECRET, SESSION_ENCRYPTION_KEYS: key(1) } });
}, 60_000);

async function withRedis<T>(work: (redis: ReturnType<typeof createClient>) => Promise<T>): Promise<T> {
  const redis = createClient({ url: site.env['REDIS_URL']! });
  await redis.connect();
  try {
    return await work(redis as ReturnType<typeof createClient>);
  } finally {
    redis.destroy();
  }
}

/** The content of Redis and of all tables, as text. */
async function dump(): Promise<string> {
  const tables = await site.query<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
  const rows = await Promise.all(tables.map(({ name }) => site.query(`SELECT * FROM "${name}"`)));
  const copies = await withRedis(async (redis) => {
    const keys = await redis.keys('*');
    const read = (name: string) =>
      redis
        .get(name)
        .catch(() => redis.hGetAll(name))
        .catch(() => redis.sMembers(name))
        .catch(() => null);
    return Promise.all(keys.map(async (name) => [name, await read(name)]));
  });
  return JSON.stringify([rows, copies]);
}

const signed = (id: string) => `s:${id}.${createHmac('sha256', SECRET).update(id).digest('base64').replace(/=+$/, '')}`;

describe('a dump of both stores', () => {
  it('contains nothing that works as a cookie, signed or unsigned', async () => {
    await site.newcomer();
    const values = [...new Set((await dump()).match(/[A-Za-z0-9_-]{12,}/g))];
    expect(values.length).toBeGreaterThan(20);
    const client = await site.signedIn();
    const own = decodeURIComponent(client.jar.get('baton')!);
    expect(signed(own.slice(2, 67))).toBe(own);
    const attempts = values.flatMap((value) => [
      value,
      signed(value),
      signed(value.slice(0, 65)),
      signed((value + value + value).slice(0, 65)),
    ]);
    const replay = (cookie: string) =>
      sessionStatus(browserless(site.portal[0]!.url, new Map([['baton', encodeURIComponent(cookie)]])), site.portal[0]!);
    for (let start = 0; start < attempts.length; start += 50) {
      const statuses = await Promise.all(attempts.slice(start, start + 50).map(replay));
      expect(statuses.filter((status) => status !== 401)).toEqual([]);
    }
  }, 60_000);

  it('does not contain readable attributes if encryption is on', async () => {
    const client = await site.newcomer();
    await client.at(site.portal[0]!.url).post('/api/tally', { name: 'secret-name', amount: 1 });
    expect(await dump()).not.toContain('secret-name');
  });
});

describe('encrypted attributes', () => {
  it('of one record cannot be decrypted in another', async () => {
    const [rich, poor] = [await site.newcomer(), await site.newcomer()];
    for (const client of [rich, poor]) await client.at(site.portal[0]!.url).post('/api/tally', { name: 'lap', amount: 1 });
    const row = (name: string) =>
      site.query<{ key: string; attributes: string }>(
        'SELECT key, attributes FROM session WHERE user_id = (SELECT id::text FROM users WHERE name = $1)',
        [name],
      );
    const [[from], [to]] = [await row(rich.credentials.username), await row(poor.credentials.username)];
    await site.query('UPDATE session SET attributes = $1, version = version + 1 WHERE key = $2', [from!.attributes, to!.key]);
    await withRedis(async (redis) => {
      for (const name of await redis.keys(`*${to!.key}*`)) await redis.del(name);
    });
    const response = await poor.at(site.portal[0]!.url).get('/api/session');
    expect(response.status).not.toBe(200);
    expect(response.text).not.toContain(rich.credentials.username);
  });
});

describe('rotation, replica by replica, under load', () => {
  const stages = [
    { SESSION_SECRETS: [SECRET, 'b'.repeat(40)], SESSION_PEPPER: ['0', '1'], SESSION_ENCRYPTION_KEYS: [key(1), key(2)] },
    { SESSION_SECRETS: ['b'.repeat(40), SECRET], SESSION_PEPPER: ['1', '0'], SESSION_ENCRYPTION_KEYS: [key(2), key(1)] },
  ];
  const peppers: Record<string, string> = {
    0: 'test-pepper-test-pepper-test-pepper-0001',
    1: 'test-pepper-test-pepper-test-pepper-0002',
  };
  const environment = (stage: (typeof stages)[number]) => ({
    ...site.env,
    SESSION_SECRETS: stage.SESSION_SECRETS.join(','),
    SESSION_PEPPER: stage.SESSION_PEPPER.map((name) => peppers[name]).join(','),
    SESSION_ENCRYPTION_KEYS: stage.SESSION_ENCRYPTION_KEYS.join(','),
  });

  it('of secrets, peppers and keys logs out no user and loses no change', async () => {
    const pool: Record<App, Replica[]> = { auth: [...site.auth], portal: [...site.portal] };
    const clients: Client[] = [await site.newcomer(), await site.newcomer()];
    const failures: string[] = [];
    const load = new AbortController();
    const visiting = clients.map((client) => visit(client, pool, failures, load.signal));
    for (const stage of stages) {
      for (const app of ['auth', 'portal'] as const) {
        for (const old of pool[app].slice()) {
          const fresh = await startReplica(app, environment(stage));
          pool[app] = [...pool[app].filter((replica) => replica !== old), fresh];
          await old.kill('SIGTERM');
        }
      }
      clients.push(await newcomerAt(pool.auth[0]!));
    }
    load.abort();
    const counts = await Promise.all(visiting);
    expect(failures).toEqual([]);
    for (const [index, client] of clients.entries()) {
      const { body } = await client.at(pool.portal[0]!.url).get('/api/tally');
      expect(body.tally).toEqual(counts[index] ? { lap: counts[index] } : {});
    }
  }, 120_000);
});

async function newcomerAt(replica: Replica): Promise<Client> {
  const client = browserless(replica.url);
  const response = await client.post('/auth/register', {
    username: `late-${Math.random()}`,
    password: 'a long sentence nobody guesses',
  });
  expect(response.status).toBe(201);
  return client;
}

/** Uses the replicas of the pool in turn, as a proxy does, until `stop`. A removed replica still serves for a while. */
async function visit(client: Client, pool: Record<App, Replica[]>, failures: string[], stop: AbortSignal): Promise<number> {
  let added = 0;
  const at = (app: App, turn: number) => client.at(pool[app][turn % pool[app].length]!.url);
  for (let turn = 0; !stop.aborted; turn++) {
    const responses = [
      await at('portal', turn).post('/api/tally', { name: 'lap', amount: 1 }),
      await at('portal', turn).get('/api/session'),
      await at('auth', turn).get('/auth/sessions'),
    ];
    if (responses[0]!.status < 300) added++;
    for (const [step, { status, text }] of responses.entries())
      if (status >= 300) failures.push(`step ${step} of turn ${turn}: ${status} ${text}`);
  }
  return added;
}
