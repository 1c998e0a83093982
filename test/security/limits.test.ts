/** @seconds 20 */
import { browserless } from '../support/client.ts';
import { sessionStatus, startSite, type Site } from './site.ts';

const LIMIT = 5;

describe.each([
  ['deny-new', LIMIT],
  ['drop-oldest', 50],
])('50 parallel logins of one user on two replicas, policy %s', (policy, accepted) => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite({ env: { SESSION_MAX_PER_USER: String(LIMIT), SESSION_LIMIT_POLICY: policy } });
  }, 60_000);

  it(`leave exactly ${LIMIT} sessions; ${accepted} logins succeed`, async () => {
    const { credentials, ...first } = await site.newcomer();
    await first.post('/auth/logout');
    const clients = Array.from({ length: 50 }, (_, index) => browserless(site.auth[index % 2]!.url));
    const statuses = (await Promise.all(clients.map((client) => client.post('/auth/login', credentials)))).map(
      ({ status }) => status,
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(accepted);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    const seen = await Promise.all(clients.map((client) => sessionStatus(client, site.portal[0]!)));
    expect(seen.filter((status) => status === 200)).toHaveLength(LIMIT);
    const [row] = await site.query(
      `SELECT count(*)::int AS live FROM session WHERE revoked_at IS NULL AND user_id = (SELECT id::text FROM users WHERE name = $1)`,
      [credentials.username],
    );
    expect(row).toEqual({ live: LIMIT });
  }, 60_000);
});
