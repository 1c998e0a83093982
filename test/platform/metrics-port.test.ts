import { freePort } from '../../tools/local/ports.ts';
import { migratedDatabase } from '../support/migrated-database.ts';
import { startReplica } from '../support/replicas.ts';

const statuses = (urls: string[]) => Promise.all(urls.map(async (url) => (await fetch(url)).status));

const CASES = ['/Metrics', '/METRICS/', '/Health/ready', '/hEALTH/live', '/health/ready', '/metrics'];

it('/metrics and /health are served as written only: an edge that compares exactly would let others pass', async () => {
  const { url } = await startReplica('portal', { DATABASE_URL: await migratedDatabase() });
  expect(await statuses(CASES.map((path) => `${url}${path}`))).toEqual([404, 404, 404, 404, 200, 200]);
}, 60_000);

describe('metrics', () => {
  it('are served on METRICS_PORT alone if it is set, and nothing else there', async () => {
    const port = await freePort();
    const { url } = await startReplica('portal', { DATABASE_URL: await migratedDatabase(), METRICS_PORT: String(port) });
    const own = `http://127.0.0.1:${port}`;
    expect(await statuses([`${url}/metrics`, `${url}/health/ready`, `${own}/metrics`, `${own}/health/ready`])).toEqual([
      404, 200, 200, 404,
    ]);
    expect(await (await fetch(`${own}/metrics`)).text()).toContain('http_request_duration_seconds');
  }, 60_000);
});
