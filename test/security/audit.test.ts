/** @seconds 8 */
import { createHash } from 'node:crypto';
import { ADMIN, type Client, loginAs } from '../support/client.ts';
import { startReplica } from '../support/replicas.ts';
import { PASSWORD, startSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite({ env: { LOGIN_FAILURES_PER_ACCOUNT: '2' } });
}, 60_000);

interface Row {
  event: string;
  user_id: string | null;
  public_id: string | null;
  address: string;
  details: { reason?: string };
}

const rowsOf = (userId: string) => site.query<Row>('SELECT * FROM audit_log WHERE user_id = $1 ORDER BY id', [userId]);

async function untilRecorded(userId: string, event: string, reason?: string): Promise<Row> {
  const deadline = performance.now() + 5000;
  for (;;) {
    const found = (await rowsOf(userId)).find((row) => row.event === event && (!reason || row.details.reason === reason));
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`${event} was not recorded: ${JSON.stringify(await rowsOf(userId))}`);
  }
}

describe('the audit log', () => {
  it('records user, event and address in a row and a log line, without secrets', async () => {
    const { credentials, ...client } = await site.newcomer();
    const { id } = (await client.get('/auth/account')).body.user as { id: string };
    const [session] = (await client.get('/auth/sessions')).body as { publicId: string }[];
    await client.post('/auth/password', { currentPassword: PASSWORD, newPassword: 'another long sentence' });
    await client.post('/auth/logout');
    for (const event of ['registered', 'login-ok', 'password-changed', 'logout']) await untilRecorded(id, event);
    expect(await untilRecorded(id, 'login-ok')).toMatchObject({
      public_id: session!.publicId,
      address: expect.stringContaining('127.0.0.1'),
    });
    await untilRecorded(id, 'session-revoked');
    const text =
      JSON.stringify(await site.query('SELECT * FROM audit_log')) + site.auth.map((replica) => replica.logs()).join('');
    expect(text).toContain('password-changed');
    expect(text).not.toContain(PASSWORD);
    const keys = await site.query<{ key: string; proof: string }>('SELECT key, proof FROM session');
    for (const { key, proof } of keys) expect([text.includes(key), text.includes(proof)]).toEqual([false, false]);
    expect(site.auth[0]!.logs()).toMatch(new RegExp(`"msg":"login-ok"|${credentials.username}`));
  });

  it('records failed logins and the lockout, without the name that was typed', async () => {
    const attempt = () => site.visitor().post('/auth/login', { username: 'typed-by-mistake', password: 'x' });
    expect([await attempt(), await attempt(), await attempt()].map(({ status }) => status)).toEqual([401, 401, 429]);
    const events = await site.query<Row>(`SELECT event FROM audit_log WHERE event IN ('login-failed', 'lockout') ORDER BY id`);
    expect(events.map(({ event }) => event)).toEqual(['login-failed', 'lockout']);
    const stored = JSON.stringify([await site.query('SELECT * FROM audit_log'), await site.query('SELECT * FROM throttle')]);
    expect(stored).toContain('account:');
    // Nor what everybody can compute from a guess.
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      expect(stored).not.toContain(createHash('sha256').update('typed-by-mistake').digest(encoding));
    expect(stored).not.toContain('typed-by-mistake');
  });

  it('records every revoked session once, although two replicas receive the event', async () => {
    const { credentials, ...client } = await site.newcomer();
    const { id } = (await client.get('/auth/account')).body.user as { id: string };
    const admin = await site.signedIn(ADMIN);
    await admin.delete(`/auth/admin/users/${id}/sessions`);
    await untilRecorded(id, 'session-revoked');
    await site.signedIn(credentials);
    const revoked = (await rowsOf(id)).filter(({ event }) => event === 'session-revoked');
    expect(revoked).toHaveLength(1);
  });

  it('records what happened while no replica ran, however much', async () => {
    const quiet = await startSite({ auths: 0, portals: 0 });
    await quiet.query(
      `INSERT INTO session_event (type, user_id, public_id, reason) SELECT 'revoked', 'ada', 'session ' || n, 'logout' FROM generate_series(1, 1200) AS n`,
    );
    await quiet.query(
      `INSERT INTO audit_log (event, user_id, replica, session_event_id) SELECT 'session-revoked', 'ada', 'before', min(id) FROM session_event`,
    );
    const replicas = await Promise.all([startReplica('auth', quiet.env), startReplica('auth', quiet.env)]);
    expect(replicas).toHaveLength(2);
    const recorded = async () => (await quiet.query(`SELECT count(*)::int AS rows FROM audit_log WHERE user_id = 'ada'`))[0]!;
    for (const deadline = performance.now() + 20_000; (await recorded())['rows'] !== 1200;)
      if (performance.now() > deadline) throw new Error(`Recorded: ${JSON.stringify(await recorded())}`);
  }, 60_000);

  it('records a logout only after it happened', async () => {
    const settings = { SESSION_STRATEGY: 'postgres', SESSION_POSTGRES_DEADLINE_MS: '1000' };
    const replica = await startReplica('auth', { ...site.env, ...settings });
    const { credentials, ...newcomer } = await site.newcomer();
    const client = newcomer.at(replica.url);
    await loginAs(client, credentials);
    const { id } = (await client.get('/auth/account')).body.user as { id: string };
    const sessions = (await client.get('/auth/sessions')).body as { publicId: string; current: boolean }[];
    await site.query('BEGIN');
    await site.query('LOCK TABLE session IN SHARE MODE');
    expect((await client.post('/auth/logout')).status).toBe(503);
    await site.query('COMMIT');
    expect((await rowsOf(id)).map(({ event }) => event)).not.toContain('logout');
    expect(replica.logs()).not.toContain('"msg":"logout"');
    await untilSignedOut(client);
    expect(await untilRecorded(id, 'logout')).toMatchObject({ public_id: sessions.find(({ current }) => current)!.publicId });
    expect((await rowsOf(id)).filter(({ event }) => event === 'logout')).toHaveLength(1);
  });

  async function untilSignedOut(client: Client): Promise<void> {
    const deadline = performance.now() + 20_000;
    while ((await client.post('/auth/logout')).status !== 204)
      if (performance.now() > deadline) throw new Error('The stores did not recover.');
  }
});
