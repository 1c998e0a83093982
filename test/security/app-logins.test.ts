/** @seconds 30 */
import { randomBytes } from 'node:crypto';
import { migrate } from '@baton/session';
import { migrations } from '../../apps/auth/src/migrations.ts';
import type { Backend } from '../../libs/session/src/stores/backend.ts';
import { newLogins, queryAs, setUpLogins, urlAs } from '../support/app-logins.ts';
import { bothUp, postgresOf, postgresUp, storesOfReplica, until } from '../support/backends.ts';
import { ADMIN, browserless, loginAs, register } from '../support/client.ts';
import { newSession } from '../../libs/session/src/stores/session-store.contract.ts';
import { migratedDatabase } from '../support/migrated-database.ts';
import { type App, type Replica, startReplica } from '../support/replicas.ts';
import { onSharedPostgres, testDatabase, testRedis } from '../support/servers.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';

/** So that a busy test machine does not count as a slow store. */
const SETTINGS = { SESSION_REDIS_DEADLINE_MS: '1000', SESSION_POSTGRES_DEADLINE_MS: '10000', SHUTDOWN_DRAIN_MS: '0' };

const APPS: App[] = ['auth', 'portal'];

describe('logins of their own for the apps', () => {
  let databaseUrl: string;
  let redis: { url: string };
  let logins: Record<App, string>;
  let auth: Replica;
  let portal: Replica;

  beforeAll(async () => {
    [databaseUrl, redis] = [await migratedDatabase(), await testRedis()];
    logins = newLogins(databaseUrl);
    await setUpLogins(databaseUrl, logins);
    const start = (app: App) => startReplica(app, { ...SETTINGS, DATABASE_URL: logins[app], REDIS_URL: redis.url });
    [auth, portal] = await Promise.all([start('auth'), start('portal')]);
  }, 180_000);

  it('are set up again without harm, also by several migrations at once', async () => {
    await Promise.all([setUpLogins(databaseUrl, logins), setUpLogins(databaseUrl, logins)]);
    for (const app of APPS) expect(await queryAs(logins[app], 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  }, 60_000);

  it('serve accounts, sessions, preferences and notes', async () => {
    const visitor = browserless(auth.url);
    const atPortal = visitor.at(portal.url);
    const credentials = await register(visitor);
    expect((await atPortal.post('/notes', { text: 'hello' })).status).toBe(201);
    expect((await atPortal.get('/notes')).body).toMatchObject({ notes: [{ text: 'hello' }] });
    expect((await atPortal.put('/api/preferences', { theme: 'dark' })).status).toBe(200);
    const change = { currentPassword: credentials.password, newPassword: 'another sentence nobody guesses' };
    expect((await visitor.post('/auth/password', change)).status).toBeLessThan(300);
    expect((await visitor.post('/auth/logout')).status).toBe(204);
    expect((await atPortal.get('/api/session')).status).toBe(401);
    const wrong = await visitor.post('/auth/login', credentials);
    expect(wrong.status).toBe(401);
    expect((await visitor.post('/auth/login', { ...credentials, password: change.newPassword })).status).toBe(200);
  });

  it('let an administrator disable an account, and end all sessions', async () => {
    const [visitor, admin] = [browserless(auth.url), browserless(auth.url)];
    const { username } = await register(visitor);
    await loginAs(admin, ADMIN);
    const [row] = (await queryAs(databaseUrl, `SELECT id FROM users WHERE name = '${username}'`)) as { id: string }[];
    expect((await admin.post(`/auth/admin/users/${row!.id}/disable`)).status).toBeLessThan(300);
    expect((await visitor.at(portal.url).get('/api/session')).status).toBe(401);
    expect((await admin.delete('/auth/admin/sessions')).status).toBeLessThan(300);
    // The portal learns of a new generation from the feed of events.
    await until(async () => (await admin.at(portal.url).get('/api/session')).status === 401, 'the portal to end all sessions');
  });

  it.each(APPS)(
    'of %s is enough to sweep, to follow the feed and to drain what Redis holds',
    async (app) => {
      const wire = await tcpProxy({ to: logins[app] });
      const mine = await storesOfReplica({ databaseUrl: wire.url, redis });
      const events: string[] = [];
      mine.feed!.subscribe(({ type }) => void events.push(type));
      await until(() => mine.feed!.position > 0, 'the feed to know what is new');
      const [saved, ended] = [await mine.store.create(newSession({ n: 1 })), await mine.store.create(newSession({ n: 2 }))];
      await wire.cut();
      await until(() => !postgresUp(mine), 'the replica to notice');
      await mine.store.save(saved.key, { n: 3 }, saved);
      await mine.store.revoke(ended.key, 'logout', ended);
      await wire.heal();
      await until(() => bothUp(mine), 'Postgres to return');
      await until(async () => (await mine.backlog()).dirty === 0, 'everything to be drained');
      expect((await postgresOf(mine).find(saved.key))?.attributes).toEqual({ n: 3 });
      expect(await postgresOf(mine).find(ended.key)).toBeNull();
      await until(() => events.includes('revoked'), 'the event');
      await sweepOne(mine);
    },
    60_000,
  );

  /** Replicas sweep too, one at a time. */
  async function sweepOne(backend: Backend): Promise<void> {
    const { key } = await backend.store.create(newSession({ n: 4 }));
    const sql = `UPDATE session SET expires_at = now() - interval '1 second' WHERE key = $1`;
    await backend.database!.query(sql, [key]);
    const left = () => backend.database!.query('SELECT FROM session WHERE key = $1', [key]);
    await until(async () => (await backend.sweep(1000, true)) > 0 || (await left()).length === 0, 'the sweep');
    expect(await left()).toEqual([]);
  }

  it('never lack a right', () => {
    for (const replica of [auth, portal]) expect(replica.logs()).not.toMatch(/permission denied|42501/);
  });

  it.each<[App, string]>([
    ['portal', 'SELECT password_hash FROM users'],
    ['portal', 'SELECT * FROM users'],
    ['portal', 'SELECT * FROM throttle'],
    ['portal', 'DELETE FROM throttle'],
    ['portal', 'SELECT * FROM audit_log'],
    ['portal', `INSERT INTO audit_log (event, replica) VALUES ('login-ok', 'portal')`],
    ['portal', 'DELETE FROM session_cache'],
    ['auth', 'UPDATE audit_log SET event = $$login-ok$$'],
    ['auth', 'DELETE FROM audit_log'],
    ['auth', 'SELECT * FROM audit_log FOR UPDATE'],
    ['auth', 'TRUNCATE audit_log'],
    ['auth', 'DROP TABLE audit_log'],
    ['auth', 'ALTER TABLE audit_log DISABLE TRIGGER ALL'],
    ['auth', 'DELETE FROM migrations'],
    ['auth', 'SELECT * FROM note'],
    ['auth', 'CREATE TABLE mine ()'],
    ['auth', `COPY users TO PROGRAM 'cat'`],
    ['auth', 'CREATE ROLE mine'],
  ])('%s may not %s', async (app, sql) => {
    await expect(queryAs(logins[app], sql)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('leave the portal no way to a table that is not its own', async () => {
    const granted = `SELECT DISTINCT table_name AS name FROM information_schema.role_table_grants
      WHERE grantee = current_user AND table_schema = 'public' ORDER BY 1`;
    expect(await queryAs(logins.portal, granted)).toEqual(
      ['note', 'session', 'session_cache', 'session_event'].map((name) => ({ name })),
    );
  });

  it('do not share functions that run with the rights of the owner', async () => {
    await queryAs(databaseUrl, `CREATE FUNCTION as_owner() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'`);
    await setUpLogins(databaseUrl, logins);
    expect(await queryAs(logins.auth, 'SELECT as_owner() AS one')).toEqual([{ one: 1 }]);
    await expect(queryAs(logins.portal, 'SELECT as_owner()')).rejects.toThrow('permission denied');
  });

  it('store their passwords as SCRAM verifiers, which work', async () => {
    const wrong = urlAs(databaseUrl, decodeURIComponent(new URL(logins.portal).username), 'wrong');
    await expect(queryAs(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });
});

describe('without a login that may create others', () => {
  let databaseUrl: string;

  /** An owner of an empty database, as a managed Postgres gives it. */
  beforeAll(async () => {
    const shared = await testDatabase();
    const owner = `owner_${randomBytes(6).toString('hex')}`;
    await onSharedPostgres(async (client) => {
      await client.query(`CREATE ROLE ${owner} LOGIN PASSWORD 'owner'`);
      await client.query(`ALTER DATABASE ${new URL(shared).pathname.slice(1)} OWNER TO ${owner}`);
    });
    databaseUrl = urlAs(shared, owner, 'owner');
    await migrate(databaseUrl, migrations);
  }, 60_000);

  it('the migration names the statement to run, and works once the logins exist', async () => {
    const logins = newLogins(databaseUrl);
    await expect(setUpLogins(databaseUrl, logins)).rejects.toThrow(/run CREATE ROLE "?auth_/);
    for (const app of APPS)
      await onSharedPostgres((client) =>
        client.query(`CREATE ROLE "${decodeURIComponent(new URL(logins[app]).username)}" LOGIN PASSWORD 'another'`),
      );
    await setUpLogins(databaseUrl, logins);
    const [auth, portal] = APPS.map((app) => urlAs(logins[app], new URL(logins[app]).username, 'another'));
    expect(await queryAs(auth!, 'SELECT name FROM users')).toEqual([]);
    expect(await queryAs(portal!, 'SELECT public_id FROM session')).toEqual([]);
    await expect(queryAs(portal!, 'SELECT name FROM users')).rejects.toThrow('permission denied');
  }, 60_000);

  it('one shared login keeps all rights', async () => {
    await setUpLogins(databaseUrl, { auth: databaseUrl, portal: databaseUrl });
    expect(await queryAs(databaseUrl, 'DELETE FROM audit_log')).toEqual([]);
  }, 60_000);
});
