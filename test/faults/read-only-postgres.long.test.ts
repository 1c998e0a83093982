/** @seconds 60 */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Canary } from '../support/breakable/canary.ts';
import { Cluster } from '../support/breakable/cluster.ts';
import type { PostgresServer } from '../support/breakable/postgres-server.ts';
import { CORRECT, SessionsInUse } from './sessions-in-use.ts';
import { percentile } from './percentile.ts';

const READ_ONLY_MS = 10_000;
const FAILOVER_MS = 5000;
const SESSIONS = 60;
/** Reads per second and portal are SESSIONS by this. Without a pause, reads queue in the test and its times say little. */
const PAUSE_MS = { busy: 20, measured: 300 };
const STEP_MS = 200;

interface Outage {
  name: string;
  needsStandby: boolean;
  pauseMs: number;
  outage: (cluster: Cluster, standby: PostgresServer) => Promise<void>;
}

const OUTAGES: Outage[] = [
  {
    name: 'it is read-only',
    needsStandby: false,
    pauseMs: PAUSE_MS.busy,
    async outage({ postgres }) {
      await postgres.setReadOnly(true);
      await pause(READ_ONLY_MS);
      await postgres.setReadOnly(false);
    },
  },
  {
    name: 'its address leads to a standby in recovery',
    needsStandby: true,
    pauseMs: PAUSE_MS.busy,
    async outage(cluster, standby) {
      await cluster.postgres.kill();
      cluster.failOverTo(standby);
      await pause(READ_ONLY_MS);
      await standby.promote();
    },
  },
  {
    name: 'its synchronous standby is promoted only some seconds after it died',
    needsStandby: true,
    pauseMs: PAUSE_MS.measured,
    async outage(cluster, standby) {
      await cluster.postgres.kill();
      await pause(FAILOVER_MS);
      await standby.promote();
      cluster.failOverTo(standby);
    },
  },
];

/** Redis is up throughout, so that reads, saves and logouts go on as usual. */
describe('Postgres commits nothing for a while', () => {
  let cluster: Cluster;
  let canary: Canary;
  let sessions: SessionsInUse;

  beforeEach(async () => {
    cluster = await Cluster.start({ auths: 2, portals: 2 });
    canary = new Canary(cluster);
    await canary.untilRecovered();
    sessions = await SessionsInUse.open(cluster, { count: SESSIONS });
  }, 60_000);

  afterEach(() => cluster.close(), 60_000);

  it.each(OUTAGES)(
    'because $name: every read and change is served by Redis, and kept',
    async ({ needsStandby, pauseMs, outage }) => {
      const standby = needsStandby ? await startStandby() : cluster.postgres;
      const end = new AbortController();
      const unacknowledged = { add: 0, logOut: 0 };
      const { figures, times } = await sessions.watchedDuring(
        async () => {
          await Promise.all([outage(cluster, standby).finally(() => end.abort()), changeSessions(end.signal, unacknowledged)]);
          await canary.untilRecovered();
        },
        { pauseMs },
      );
      const quantiles = [50, 99, 100].map((percent) => `p${percent} ${percentile(times, percent)} ms`);
      console.log(`${JSON.stringify({ ...figures, unacknowledged })}, ${quantiles.join(', ')}`);
      expect({ ...figures, unacknowledged }).toMatchObject({ ...CORRECT, unacknowledged: { add: 0, logOut: 0 } });
      expect(figures.unavailable).toBeLessThanOrEqual(figures.served / 1000);

      expect(await sessions.check()).toMatchObject({ ...CORRECT, unavailable: 0 });
      await cluster.redis.command('FLUSHALL');
      expect(await sessions.check()).toMatchObject({ ...CORRECT, unavailable: 0 });
    },
    120_000,
  );

  const startStandby = () => cluster.postgres.startSynchronousStandby(mkdtempSync(join(cluster.folder, 'postgres-standby-')));

  /** Changes a session now and then, and logs one out, as long as there are sessions to log out. Counts what is not acknowledged. */
  async function changeSessions(end: AbortSignal, unacknowledged: { add: number; logOut: number }): Promise<void> {
    const [auths, portals] = [cluster.of('auth'), cluster.of('portal')];
    for (let step = 0; !end.aborted; step++) {
      if (!(await sessions.add(sessions.changing[step % sessions.changing.length]!, portals[step % 2]!))) unacknowledged.add++;
      const leaving = step % 2 === 0 ? sessions.leaving[step / 2] : undefined;
      if (leaving && !(await sessions.logOut(leaving, auths[(step / 2) % 2]!))) unacknowledged.logOut++;
      await pause(STEP_MS);
    }
  }
});
