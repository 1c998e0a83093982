import { setTimeout as pause } from 'node:timers/promises';
import { Canary } from '../support/breakable/canary.ts';
import { Cluster } from '../support/breakable/cluster.ts';
import type { Member } from '../support/breakable/member.ts';
import { browserless, type Client, loginAs, register } from '../support/client.ts';

const FIVE_MINUTES_MS = 300_000;
const IDLE_SECONDS = 8;
const TOUCH_SECONDS = 1;
const ABSOLUTE_SECONDS = 600;
const GRACE_SECONDS = 30;
/** Which replica puts a new id in force, and which one then sees the old one. */
const PAIRS = ['portal-1', 'portal-2', 'portal-3'].flatMap((first) =>
  ['portal-1', 'portal-2', 'portal-3'].map((last) => [first, last] as [string, string]),
);

let cluster: Cluster;
const replica = (name: string): Member => cluster.members.find((member) => member.name === name)!;
const cookieOf = ({ jar }: Client) => jar.get('baton');

beforeAll(async () => {
  cluster = await Cluster.start({
    auths: 2,
    portals: 3,
    env: {
      SESSION_IDLE_SECONDS: String(IDLE_SECONDS),
      SESSION_TOUCH_SECONDS: String(TOUCH_SECONDS),
      SESSION_ABSOLUTE_SECONDS: String(ABSOLUTE_SECONDS),
      SESSION_RENEW_SECONDS: '1',
      SESSION_REDIS_DEADLINE_MS: '1000',
      STEP_UP_SECONDS: '60',
      REGISTRATIONS_PER_ADDRESS: '1000',
    },
    clockSkewMs: { 'auth-2': FIVE_MINUTES_MS, 'portal-2': FIVE_MINUTES_MS, 'portal-3': -FIVE_MINUTES_MS },
  });
  await new Canary(cluster).untilRecovered();
}, 60_000);

afterAll(() => cluster.close());

interface Visitor {
  client: Client;
  publicId: string;
}

async function newcomer(): Promise<Visitor> {
  const client = browserless(replica('auth-1').url);
  await register(client);
  const { body } = await client.at(replica('portal-1').url).get('/api/session');
  return { client, publicId: body.session.publicId };
}

const statusAt = async (name: string, client: Client) => (await client.at(replica(name).url).get('/api/session')).status;

/** Uses the session at this replica until a new id is in force. Returns a tab that still has the old one. */
async function renewAt(name: string, { client }: Visitor): Promise<Client> {
  const slow = browserless(replica(name).url, new Map(client.jar));
  for (const deadline = performance.now() + 10_000; cookieOf(client) === cookieOf(slow); await pause(100)) {
    expect(await statusAt(name, client)).toBe(200);
    if (performance.now() > deadline) throw new Error(`${name} did not renew the id.`);
  }
  expect(await statusAt(name, client)).toBe(200);
  return slow;
}

/** As if the grace period had passed: moves the renewal into the past, wherever it is stored. */
async function passGrace({ publicId }: Visitor, inPostgres: boolean): Promise<void> {
  if (inPostgres)
    await cluster.postgres.query(
      `UPDATE session SET renewed_at = renewed_at - make_interval(secs => $2), version = version + 1 WHERE public_id = $1`,
      [publicId, GRACE_SECONDS],
    );
  for (const key of (await cluster.redis.command('KEYS', 'baton:{*')) as string[]) {
    const value = String(await cluster.redis.command('GET', key).catch(() => ''));
    if (!value.includes(publicId)) continue;
    const [version, json] = [value.slice(0, value.indexOf('|')), value.slice(value.indexOf('|') + 1)];
    const fields = JSON.parse(json) as unknown[];
    fields[4] = (fields[4] as number) - GRACE_SECONDS * 1000;
    await cluster.redis.command('SET', key, `${Number(version) + 1}|${JSON.stringify(fields)}`, 'KEEPTTL');
  }
}

/** Statuses of the old id and of the new one, within the grace period of 30 s and after it. */
async function judged(visitor: Visitor, slow: Client, [first, last]: [string, string], inPostgres: boolean) {
  const inGrace = [await statusAt(last, slow), await statusAt(first, visitor.client)];
  await passGrace(visitor, inPostgres);
  return { first, last, inGrace, afterGrace: [await statusAt(last, slow), await statusAt(first, visitor.client)] };
}

async function postgresGone(): Promise<void> {
  await cluster.postgres.kill();
  const isNoticed = async (member: Member) => /store_in_use\{store="postgres".*\} 0$/m.test(String(await member.ask('/metrics')));
  const deadline = performance.now() + 15_000;
  for (const member of cluster.members)
    while (!(await isNoticed(member))) {
      if (performance.now() > deadline) throw new Error(`${member.name} did not notice.`);
      await pause(50);
    }
}

describe.each(['postgres up', 'postgres down'])('replicas whose clocks are five minutes ahead and behind, %s', (state) => {
  const isUp = state === 'postgres up';

  afterAll(async () => {
    if (isUp) return;
    await cluster.postgres.startAgain();
    await new Canary(cluster).untilRecovered();
  }, 60_000);

  // Afterwards it is a theft. While Postgres is down, nobody can tell, and its owner goes on.
  it(`honour a slow tab within the grace period, and respond ${isUp ? 401 : 503} to it afterwards`, async () => {
    const visitors = await Promise.all(PAIRS.map(newcomer));
    const slow = await Promise.all(PAIRS.map(([first], i) => renewAt(first, visitors[i]!)));
    if (!isUp) await postgresGone();
    const verdicts = await Promise.all(PAIRS.map((pair, i) => judged(visitors[i]!, slow[i]!, pair, isUp)));
    const afterGrace = isUp ? [401, 401] : [503, 200];
    const wanted = PAIRS.map(([first, last]) => ({ first, last, inGrace: [200, 200], afterGrace }));
    expect(verdicts).toEqual(wanted);
  }, 60_000);
});

describe('replicas whose clocks are five minutes ahead and behind', () => {
  it('keep a session alive that only they use, or that only they saved, and let an unused one expire', async () => {
    const visitor = async (saver: string, reader: string) => {
      const client = browserless(replica('portal-1').url);
      for (const name of ['portal-1', saver])
        expect(
          (await client.at(replica(name).url).put('/api/preferences', { theme: name === saver ? 'dark' : 'light' })).status,
        ).toBe(200);
      return async () => (await client.at(replica(reader).url).get('/api/preferences')).status;
    };
    const uses = [
      await visitor('portal-1', 'portal-2'),
      await visitor('portal-1', 'portal-3'),
      await visitor('portal-2', 'portal-1'),
      await visitor('portal-3', 'portal-1'),
    ];
    const unused = [await visitor('portal-2', 'portal-2'), await visitor('portal-3', 'portal-3')];
    const startedAt = performance.now();
    while (performance.now() - startedAt < (IDLE_SECONDS + TOUCH_SECONDS + 1) * 1000) {
      expect(await Promise.all(uses.map((use) => use()))).toEqual([200, 200, 200, 200]);
      await pause(200);
    }
    expect(await Promise.all(unused.map((use) => use()))).toEqual([401, 401]);
  }, 30_000);

  it('give cookies the end of their session, and accept a recent password', async () => {
    const { client } = await newcomer();
    const credentials = await register(client);
    const response = await loginAs(browserless(replica('auth-2').url), credentials);
    const cookie = response.headers.getSetCookie().find((each) => each.startsWith('baton='))!;
    const expires = /expires=([^;]+)/i.exec(cookie)![1]!;
    expect(Math.abs(Date.parse(expires) - Date.now() - ABSOLUTE_SECONDS * 1000)).toBeLessThan(60_000);
    expect((await client.at(replica('auth-2').url).delete('/auth/sessions')).status).toBeLessThan(300);
  });
});
