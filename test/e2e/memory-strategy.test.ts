/** @seconds 10 */
import { browserless, loginAs } from '../support/client.ts';
import { startCluster } from '../support/cluster.ts';

/** The usual setup without this project. It must lose sessions; otherwise the other tests prove nothing. */
describe('with sessions in the memory of one process', () => {
  it('refuses most requests, because other replicas do not know the session', async () => {
    const cluster = await startCluster({ env: { SESSION_STRATEGY: 'memory' } });
    const visitor = browserless(cluster.url);
    await loginAs(visitor);
    const responses = await Promise.all(Array.from({ length: 30 }, () => visitor.get('/api/session')));
    const refused = responses.filter(({ status }) => status === 401);
    expect(refused.length).toBeGreaterThan(15);
  }, 60_000);
});
