import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '@baton/platform';
import { createBackend, migrate, sessionSettings, toSessionConfig, type Backend } from '@baton/session';
import { Client } from 'pg';
import { onCleanup } from '../support/cleanup.ts';
import { migrateDatabase } from '../support/built.ts';
import { testDatabase } from '../support/servers.ts';

/** A migration of the next version, applied while this version still runs: it only adds, with a default. */
class AddsAColumn9999999999999 {
  readonly name = 'AddsAColumn9999999999999';
  async up(runner: { query(sql: string): Promise<unknown> }): Promise<void> {
    await runner.query(`ALTER TABLE session ADD COLUMN color text NOT NULL DEFAULT 'blue'`);
    await runner.query(`CREATE INDEX session_color ON session (color)`);
  }
  async down(): Promise<void> {}
}

async function rows<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A replica's stores without HTTP, with long deadlines, because deadlines are not tested here. */
async function replica(databaseUrl: string): Promise<Backend> {
  const backend = createBackend(
    toSessionConfig(
      loadConfig(sessionSettings, {
        DATABASE_URL: databaseUrl,
        SESSION_STRATEGY: 'postgres',
        SESSION_SECRETS: 'migrations-secret-0123456789',
        SESSION_PEPPER: 'migrations-pepper-0123456789',
        SESSION_POSTGRES_DEADLINE_MS: '20000',
      }),
    ),
  );
  onCleanup(() => backend.close());
  backend.start();
  const deadline = performance.now() + 60_000;
  while (!backend.database!.ready && performance.now() < deadline) await pause(50);
  return backend;
}

const token = (bytes: number): string => randomBytes(bytes).toString('base64url');

async function signedIn({ store }: Backend, name: string): Promise<string> {
  const attributes = { user: { id: name, name, roles: [] } };
  const device = { ip: null, userAgent: null };
  const ends = { idleSeconds: 1800, absoluteSeconds: 28_800 };
  const names = { key: token(32), publicId: token(12), proof: token(32) };
  return (await store.create({ ...names, ...ends, attributes, device, authenticated: true })).key;
}

const nameOf = async ({ store }: Backend, key: string) => ((await store.find(key))?.attributes['user'] as { name: string })?.name;

describe('the migration', () => {
  it('gives the apps the logins of their URLs', async () => {
    const url = await testDatabase();
    const name = `portal_${randomBytes(6).toString('hex')}`;
    const portal = Object.assign(new URL(url), { username: name, password: 'a password' }).href;
    await migrateDatabase(url, { PORTAL_DATABASE_URL: portal });
    expect(await rows(portal, 'SELECT public_id FROM session')).toEqual([]);
    await expect(rows(portal, 'SELECT password_hash FROM users')).rejects.toThrow('permission denied');
  }, 120_000);

  it('runs each step once if five processes migrate an empty database concurrently', async () => {
    const url = await testDatabase();
    await Promise.all(Array.from({ length: 5 }, () => migrateDatabase(url)));
    const done = await rows<{ name: string; times: string }>(url, 'SELECT name, count(*) AS times FROM migrations GROUP BY name');
    expect(done.length).toBeGreaterThan(1);
    expect(new Set(done.map(({ times }) => times))).toEqual(new Set(['1']));
  }, 120_000);

  it('keeps the sessions of the previous schema, and can run again', async () => {
    const url = await testDatabase();
    await migrate(url);
    const before = await replica(url);
    const key = await signedIn(before, 'Ada');
    await migrateDatabase(url);
    expect(await migrate(url)).toEqual([]);
    expect([await nameOf(before, key), await nameOf(await replica(url), key)]).toEqual(['Ada', 'Ada']);
  }, 120_000);

  it('of the next version does not break this version: each reads, changes and revokes sessions of the other', async () => {
    const url = await testDatabase();
    await migrate(url);
    const older = await replica(url);
    const fromOlder = await signedIn(older, 'Ada');
    expect(await migrate(url, [AddsAColumn9999999999999])).toEqual(['AddsAColumn9999999999999']);
    const newer = await replica(url);
    const fromNewer = await signedIn(newer, 'Grace');
    expect([await nameOf(newer, fromOlder), await nameOf(older, fromNewer)]).toEqual(['Ada', 'Grace']);
    await older.store.save(fromNewer, { cart: { mug: 1 } });
    expect((await newer.store.find(fromNewer))?.attributes['cart']).toEqual({ mug: 1 });
    expect(await newer.store.revoke(fromOlder, 'logout')).toBe(true);
    expect(await older.store.find(fromOlder)).toBeNull();
    expect(await signedIn(older, 'Edsger')).toBeTruthy();
  }, 120_000);
});
