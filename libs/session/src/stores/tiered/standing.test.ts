/** @seconds 25 */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { createClient } from 'redis';
import {
  bothUp,
  postgresAgain,
  postgresOf,
  postgresUp,
  redisOf,
  redisTrusted,
  sessionDatabase,
  sessionPostgres,
  storesOfReplica,
  until,
} from '../../../../../test/support/backends.ts';
import { privateRedis, testRedis } from '../../../../../test/support/servers.ts';
import { tcpProxy, type TcpProxy } from '../../../../../test/support/tcp-proxy.ts';
import type { Server } from '../../../../../tools/local/server.ts';
import { deltaOf, OUTAGE_STEP } from '../../model/change.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import type { SessionRecord } from '../../model/record.ts';
import type { Backend, StoresStatus } from '../backend.ts';
import { newSession } from '../session-store.contract.ts';
import { encodeEntry } from './pending.ts';

const expectCannotTell = (work: Promise<unknown>) => expect(work).rejects.toThrow(StoreUnavailableError);
async function onRedis<T>(url: string, work: (client: ReturnType<typeof createClient>) => Promise<T>): Promise<void> {
  const client = createClient({ url });
  await client.connect();
  await work(client as never).finally(() => client.destroy());
}

const notReadFromRedis = (backend: Backend) => postgresUp(backend) && !redisTrusted(backend);

describe('Postgres returns, and only Redis knows what happened meanwhile', () => {
  let postgres: Server;
  /** The link of the replica that survives to Redis. */
  let wire: TcpProxy;
  let survivor: Backend;
  let loggedOut: SessionRecord;
  let changed: SessionRecord;
  let inUse: SessionRecord;
  let visitor: SessionRecord;

  beforeAll(async () => {
    postgres = await sessionPostgres();
    const redis = await testRedis();
    wire = await tcpProxy({ to: redis.url });
    const crashing = await storesOfReplica({ databaseUrl: postgres.url, redis, postgresDeadlineMs: 1000 });
    const { store } = crashing;
    [loggedOut, changed] = [await store.create(newSession()), await store.create(newSession({ theme: 'light' }))];
    await postgres.kill();
    await until(() => !postgresUp(crashing), 'the replica to notice');
    await store.revoke(loggedOut.key, 'logout', loggedOut);
    await store.save(changed.key, { theme: 'dark' }, changed);
    visitor = await store.create(newSession({ cart: { tea: 1 } }));
    await crashing.close();
    wire.freeze();
    postgres = await postgresAgain(postgres);
    // It was not there during the outage, and cannot ask Redis about it.
    const options = { databaseUrl: postgres.url, redis: { url: wire.url }, redisDeadlineMs: 300 };
    survivor = await storesOfReplica(options, notReadFromRedis);
  });

  it('reads are refused as "cannot tell": neither honoured nor logged out', async () => {
    for (const { key } of [loggedOut, changed, visitor]) await expectCannotTell(survivor.store.find(key));
    await expectCannotTell(survivor.store.find(changed.key, { newest: true }));
    expect(survivor.ready).toBe(false);
  });

  it('a session that Postgres does not know can neither be changed nor be called ended', async () => {
    await expectCannotTell(survivor.store.save(visitor.key, { cart: null }, visitor));
    await expectCannotTell(survivor.store.revoke(visitor.key, 'logout', visitor));
    await expectCannotTell(survivor.isLive(visitor.publicId));
    expect((await postgresOf(survivor).look(visitor.key)).record).toBeNull();
  });

  it('a login and a logout that Postgres knows of succeed', async () => {
    const opened = await survivor.store.create(newSession());
    expect(await survivor.store.revoke(opened.key, 'logout', opened)).toBe(true);
  });

  it('once Redis responds, everything is as it was acknowledged', async () => {
    await wire.heal();
    await until(() => bothUp(survivor), 'both stores to serve');
    expect(await survivor.store.find(loggedOut.key)).toBeNull();
    expect((await survivor.store.find(changed.key))?.attributes).toEqual({ theme: 'dark' });
    await until(async () => (await postgresOf(survivor).look(changed.key)).isCaughtUp, 'Postgres to be caught up');
    expect((await postgresOf(survivor).find(changed.key))?.attributes).toEqual({ theme: 'dark' });
    expect(survivor.ready).toBe(true);
  });

  it('a session that only Redis knows to be in use is not idle', async () => {
    const clocks = { idleSeconds: 1 };
    inUse = await survivor.store.create(newSession({}, clocks));
    await postgres.kill();
    await until(() => !postgresUp(survivor), 'the replica to notice');
    // Idle time and touch interval: by then, Postgres takes the session for expired.
    const since = performance.now();
    await until(async () => {
      expect(await survivor.store.touch(inUse)).toBe(true);
      return performance.now() - since > 2500;
    }, 'the session to be idle in Postgres');
    wire.freeze();
    postgres = await postgresAgain(postgres);
    await until(() => notReadFromRedis(survivor), 'Postgres to return');
    expect((await postgresOf(survivor).look(inUse.key)).record).toBeNull();
    await expectCannotTell(survivor.store.find(inUse.key));
    await wire.heal();
    await until(() => bothUp(survivor), 'both stores to serve');
    await until(async () => (await survivor.backlog()).dirty === 0, 'everything to be drained');
  });
});

const COPY_IS_OUT = `SELECT copy_at < beat_at - interval '2 seconds' AS is_out FROM session_cache`;
const untilCopyIsOutOfUse = ({ database }: Backend) =>
  until(
    async () => (await database!.query<{ is_out: boolean }>(COPY_IS_OUT))[0]!.is_out,
    'Postgres to know that Redis is out of use',
  );

it('Postgres that restarts while Redis is out of use misses nothing, and is believed', async () => {
  let postgres = await sessionPostgres();
  const redis = await privateRedis();
  const backend = await storesOfReplica({ databaseUrl: postgres.url, redis, revocationMs: 200 });
  const record = await backend.store.create(newSession());
  await redis.kill();
  await untilCopyIsOutOfUse(backend);
  await postgres.kill();
  await until(() => !postgresUp(backend), 'the replica to notice');
  postgres = await postgresAgain(postgres);
  await until(() => postgresUp(backend), 'Postgres to return');
  expect(await backend.store.find(record.key)).toMatchObject({ readFrom: 'postgres' });
  expect(backend.ready).toBe(true);
});

describe('a Postgres that only reads', () => {
  let postgres: Server;
  let backend: Backend;
  let client: Client;
  /** Holds locks. */
  let holder: Client;
  let wire: TcpProxy;

  beforeAll(async () => {
    postgres = await sessionPostgres();
    wire = await tcpProxy({ to: (await testRedis()).url });
    backend = await storesOfReplica({ databaseUrl: postgres.url, redis: { url: wire.url } });
    [client, holder] = [await writer(), await writer()];
  });
  afterAll(() => Promise.all([client.end(), holder.end()]));

  async function writer(): Promise<Client> {
    const opened = new Client({ connectionString: postgres.url });
    await opened.connect();
    await opened.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE');
    return opened;
  }

  async function readOnly(value: 'on' | 'off'): Promise<void> {
    await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
    await client.query('SELECT pg_reload_conf()');
  }

  it('takes no change: Redis does, and what Postgres misses is drained later', async () => {
    const [loggedOut, changed] = [await backend.store.create(newSession()), await backend.store.create(newSession({ a: 1 }))];
    await readOnly('on');
    await until(() => !postgresUp(backend), 'the replica to notice');
    expect(backend.database!.readable).toBe(true);
    expect((await backend.store.save(changed.key, { a: 2 }, changed))?.attributes).toEqual({ a: 2 });
    expect(await backend.store.revoke(loggedOut.key, 'logout', loggedOut)).toBe(true);
    expect(await backend.store.find(loggedOut.key)).toBeNull();
    // What Redis does not hold is read from Postgres, but only Redis can tell that it does not hold it.
    expect((await postgresOf(backend).look(loggedOut.key)).isCaughtUp).toBe(false);
    await readOnly('off');
    await until(() => bothUp(backend), 'both stores to serve');
    await until(async () => (await postgresOf(backend).look(changed.key)).isCaughtUp, 'Postgres to be caught up');
    expect((await postgresOf(backend).find(changed.key))?.attributes).toEqual({ a: 2 });
    expect(await postgresOf(backend).find(loggedOut.key)).toBeNull();
  });

  it('is not believed when it writes again, until this replica has told it of the outage', async () => {
    const loggedOut = await backend.store.create(newSession());
    await readOnly('on');
    await until(() => !postgresUp(backend), 'the replica to notice');
    expect(await backend.store.revoke(loggedOut.key, 'logout', loggedOut)).toBe(true);
    await holder.query('BEGIN');
    await holder.query('SELECT FROM session_cache FOR UPDATE');
    await readOnly('off');
    const mode = async () =>
      (await backend.database!.read<{ mode: string }>(`SELECT current_setting('transaction_read_only') AS mode`))[0]!;
    await until(async () => (await mode()).mode === 'off', 'Postgres to write');
    expect((await postgresOf(backend).look(loggedOut.key)).isCaughtUp).toBe(false);
    await holder.query('ROLLBACK');
    await until(() => bothUp(backend), 'both stores to serve');
    await until(async () => (await postgresOf(backend).look(loggedOut.key)).isCaughtUp, 'Postgres to be caught up');
    expect(await postgresOf(backend).find(loggedOut.key)).toBeNull();
  });

  it('is enough to trust the same Redis again, with every event applied', async () => {
    const record = await backend.store.create(newSession());
    const redis = backend.redis()!;
    await readOnly('on');
    await until(() => !postgresUp(backend), 'the replica to notice');
    await redis
      .ask((commands) => commands.eval(`redis.call('CLIENT', 'KILL', 'TYPE', 'normal') return 1`, { keys: [], arguments: [] }))
      .catch(() => null);
    await until(() => redisTrusted(backend), 'Redis to be trusted again');
    expect(await backend.store.find(record.key)).toMatchObject({ readFrom: 'redis' });
    await readOnly('off');
    await until(() => bothUp(backend), 'both stores to serve');
  });

  it('is believed if Redis was out of use before it: nobody can have changed anything there', async () => {
    const record = await backend.store.create(newSession());
    await wire.cut();
    await untilCopyIsOutOfUse(backend);
    await readOnly('on');
    await until(() => !postgresUp(backend), 'the replica to notice');
    expect(await backend.store.find(record.key)).toMatchObject({ readFrom: 'postgres' });
    await expectCannotTell(backend.store.save(record.key, { a: 1 }, record));
    await readOnly('off');
    await wire.heal();
    await until(() => bothUp(backend), 'both stores to serve');
  });
});

describe('Redis returns while Postgres is away', () => {
  let postgres: Server;
  let redis: Server;
  let wire: TcpProxy;
  let backend: Backend;

  beforeAll(async () => {
    [postgres, redis] = [await sessionPostgres(), await privateRedis()];
    wire = await tcpProxy({ to: redis.url });
    backend = await storesOfReplica({ databaseUrl: postgres.url, redis: { url: wire.url }, revocationMs: 200 });
  });

  const refused = ({ redis: { reason } }: StoresStatus) => /may lack changes/.test(reason ?? '');

  it('and missed a logout: nobody believes it until it is repaired', async () => {
    const loggedOut = await backend.store.create(newSession());
    const other = await storesOfReplica({ databaseUrl: postgres.url, redis, revocationMs: 200 });
    await wire.cut();
    await until(() => !redisTrusted(backend), 'the replica to notice');
    // The other replica would repair Redis within milliseconds.
    await onRedis(redis.url, (client) => client.sendCommand(['CLIENT', 'PAUSE', '3000', 'ALL']));
    await backend.store.revoke(loggedOut.key, 'logout', loggedOut);
    await postgres.kill();
    await wire.heal();
    await until(() => refused(backend.status()) && !redisTrusted(other), 'Redis to be refused');
    await expectCannotTell(backend.store.find(loggedOut.key));
    await expectCannotTell(other.store.find(loggedOut.key));
    postgres = await postgresAgain(postgres);
    await until(() => bothUp(backend) && bothUp(other), 'both stores to serve');
    expect(await backend.store.find(loggedOut.key)).toBeNull();
    await other.close();
  });

  it('and missed a save of a replica that cannot say so: another one that lost it too does not believe it', async () => {
    const record = await backend.store.create(newSession({ theme: 'light' }));
    const wireOfOther = await tcpProxy({ to: redis.url });
    const other = await storesOfReplica({ databaseUrl: postgres.url, redis: { url: wireOfOther.url }, revocationMs: 200 });
    await Promise.all([wire.cut(), wireOfOther.cut()]);
    await until(() => !redisTrusted(backend) && !redisTrusted(other), 'the replicas to notice');
    await backend.store.save(record.key, { theme: 'dark' }, record);
    await postgres.kill();
    await until(() => !postgresUp(other), 'the replica to notice');
    await wireOfOther.heal();
    await until(() => refused(other.status()), 'Redis to be refused');
    await expectCannotTell(other.store.find(record.key));
    postgres = await postgresAgain(postgres);
    await wire.heal();
    await until(() => bothUp(backend) && bothUp(other), 'both stores to serve');
    expect((await other.store.find(record.key))?.attributes['theme']).toBe('dark');
    await other.close();
  });

  it('to one replica that lost it alone: believed, because the others never stopped using it', async () => {
    const record = await backend.store.create(newSession());
    const other = await storesOfReplica({ databaseUrl: postgres.url, redis, revocationMs: 200 });
    await wire.cut();
    await until(() => !redisTrusted(backend), 'the replica to notice');
    await postgres.kill();
    await until(() => !postgresUp(backend), 'the replica to notice');
    await wire.heal();
    await until(() => redisTrusted(backend), 'Redis to be trusted');
    expect((await backend.store.find(record.key))?.key).toBe(record.key);
    postgres = await postgresAgain(postgres);
    await until(() => bothUp(backend) && bothUp(other), 'both stores to serve');
    await other.close();
  });

  it('and nobody can tell what it missed: a replica that starts does not believe it', async () => {
    await backend.close();
    await postgres.kill();
    const longAgo = String(Date.now() - 20_000);
    await onRedis(redis.url, (client) => client.hSet('baton:state', { beat_at: longAgo, postgres_at: longAgo }));
    const started = await storesOfReplica({ databaseUrl: postgres.url, redis }, (replica) => refused(replica.status()));
    expect(started.ready).toBe(false);
  });
});

describe('two replicas that do not drain by themselves', () => {
  const options = async () => ({ databaseUrl: await sessionDatabase(), redis: await testRedis(), revocationMs: 60_000 });

  /** As a replica does that does not reach Postgres. */
  async function saveAway(backend: Backend, record: SessionRecord, patch: Record<string, string>): Promise<void> {
    const change = { kind: 'patch', patch } as const;
    const { codec } = postgresOf(backend);
    const id = randomBytes(5).toString('base64url');
    await redisOf(backend).change(record.key, change, record, {
      step: OUTAGE_STEP,
      entry: (before, after) =>
        encodeEntry({ id, version: after.version, delta: deltaOf(before, after, change) }, record.key, codec),
    });
  }

  it('a later change of the same path wins over one that Postgres has not got yet', async () => {
    const shared = await options();
    const [one, two] = [await storesOfReplica(shared), await storesOfReplica(shared)];
    const record = await one.store.create(newSession({ theme: 'system' }));
    await saveAway(one, record, { theme: 'dark', density: 'cozy' });
    const loaded = (await two.store.find(record.key))!;
    expect(loaded.attributes).toMatchObject({ theme: 'dark' });
    await two.store.save(record.key, { theme: 'light' }, loaded);
    const expected = { theme: 'light', density: 'cozy' };
    expect((await one.store.find(record.key))?.attributes).toEqual(expected);
    await until(async () => (await one.backlog()).dirty === 0, 'everything to be drained');
    expect((await postgresOf(one).find(record.key))?.attributes).toEqual(expected);
  });

  it('also if its caller had not loaded the other one', async () => {
    const shared = await options();
    const [one, two] = [await storesOfReplica(shared), await storesOfReplica(shared)];
    const record = await one.store.create(newSession({ theme: 'system' }));
    await saveAway(one, record, { theme: 'dark' });
    await two.store.save(record.key, { theme: 'light' });
    expect((await one.store.find(record.key))?.attributes).toEqual({ theme: 'light' });
    expect((await postgresOf(one).find(record.key))?.attributes).toEqual({ theme: 'light' });
  });

  it('a session that was logged out in Redis alone cannot be touched', async () => {
    const backend = await storesOfReplica(await options());
    const record = await backend.store.create(newSession());
    expect(await redisOf(backend).revoke(record)).toBe('revoked');
    expect(await backend.store.touch(record)).toBe(false);
  });
});

it('a replica without Postgres refuses changes once they have waited too long for the others to drain them', async () => {
  const redis = await testRedis();
  const wire = await tcpProxy({ to: await sessionDatabase() });
  const backend = await storesOfReplica({ databaseUrl: wire.url, redis, revocationMs: 100 });
  const record = await backend.store.create(newSession());
  await wire.cut();
  await until(() => !postgresUp(backend), 'the replica to notice');
  const state = (script: string) =>
    backend
      .redis()!
      .ask((commands) =>
        commands.eval(`local now = redis.call('TIME')[1] * 1000 ${script}`, { keys: ['baton:state'], arguments: [] }),
      );
  // As another replica tells, which uses Postgres and does not get through with draining.
  await state(`redis.call('HSET', KEYS[1], 'postgres_at', now + 1000, 'dirty_since', now - 5000)`);
  const isAccepted = () => backend.store.save(record.key, { a: 1 }, record).then(Boolean, () => false);
  await until(async () => !(await isAccepted()), 'a change to be refused');
  await expectCannotTell(backend.store.revoke(record.key, 'logout', record));
  await state(`redis.call('HDEL', KEYS[1], 'dirty_since')`);
  await until(isAccepted, 'changes to be accepted again');
  expect(await backend.store.revoke(record.key, 'logout', record)).toBe(true);
});

it('Postgres that was too slow for a change is told so, and not believed until it has it', async () => {
  const shared = { databaseUrl: await sessionDatabase(), redis: await testRedis() };
  const [one, two] = [await storesOfReplica(shared), await storesOfReplica(shared)];
  const record = await one.store.create(newSession({ a: 1 }));
  const holder = new Client({ connectionString: shared.databaseUrl });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM session WHERE key = $1 FOR UPDATE', [record.key]);
  const saving = new AbortController();
  const saved = one.store.save(record.key, { a: 2 }, record).finally(() => saving.abort());
  // It responds to others meanwhile.
  while (!saving.signal.aborted) await postgresOf(one).look(record.key);
  expect((await saved)?.attributes).toEqual({ a: 2 });
  expect(postgresUp(one)).toBe(true);
  await until(async () => !(await postgresOf(two).look(record.key)).isCaughtUp, 'Postgres to be told');
  await holder.end();
  await until(async () => (await postgresOf(two).look(record.key)).isCaughtUp, 'Postgres to be caught up');
  expect((await postgresOf(two).find(record.key))?.attributes).toEqual({ a: 2 });
});
