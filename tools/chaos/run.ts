import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Cluster } from '../../test/support/breakable/cluster.ts';
import type { FaultName } from '../../test/support/breakable/catalogue.ts';
import { UNLIMITED } from '../../test/support/breakable/postgres-server.ts';
import { injectFaults, plan } from './faults/nemesis.ts';
import { Canary } from '../../test/support/breakable/canary.ts';
import { stallProcesses } from './faults/stalls.ts';
import { check } from './history/check.ts';
import type { FaultSpan, History, Violation } from './history/history.ts';
import { Random } from '../../test/support/random.ts';
import { Account } from '../../test/support/visitors/account.ts';
import { Browser, Recording } from '../../test/support/visitors/browser.ts';
import { register } from '../../test/support/visitors/register.ts';
import { HABITS, LOYAL_HABITS, Visitor } from './visitor.ts';

export interface RunOptions {
  seconds: number;
  seed: number;
  /** Runs express-session over connect-redis instead of Baton. */
  isStock?: boolean;
  /** Environment of the replicas, such as strategy and engine. */
  env?: Record<string, string>;
  /** Turns the near cache on. */
  isNear?: boolean;
  /** Stalls processes briefly, in addition to the faults. */
  hasStalls?: boolean;
  /** Default: all. */
  faults?: FaultName[];
  /** Sets the clocks of two replicas five minutes ahead and behind. */
  isSkewed?: boolean;
  /** Sessions expire after a few seconds without use, and faults last longer than that. */
  isIdle?: boolean;
  /** The machine itself may stall, so any read may be up to T old. */
  isBusy?: boolean;
  /** Called after each fault. */
  onFault?: (fault: FaultSpan) => void;
}

export interface RunResult {
  history: History;
  violations: Violation[];
}

const stockApp = join(import.meta.dirname, 'stock/app.ts');
const STOCK = { auth: stockApp, portal: stockApp };
const USERS = ['ada', 'grace', 'linus'];
const BROWSERS_PER_USER = 2;
const TABS_PER_BROWSER = 2;
const THINK_MS = [10, 90] as const;
/** T by default, and slack for a busy machine. */
const BOUND_MS = 1000;
const SLACK_MS = 500;
/** The maximum: T. */
const SESSION_NEAR_CACHE_MS = '1000';
/** Several renewals per session and run. */
const SESSION_RENEW_SECONDS = '5';
const SKEW_MS = 300_000;
const IDLE_SECONDS = 4;
const TOUCH_SECONDS = 1;
/** Longer than a session lives that no request touches. */
const LONG_HOLD_MS = [(IDLE_SECONDS + TOUCH_SECONDS) * 1000 + 500, (IDLE_SECONDS + TOUCH_SECONDS) * 1000 + 3000] as const;

/** One seeded run on a private cluster: visitors send requests during faults, then the history is checked. */
export async function run(options: RunOptions): Promise<RunResult> {
  const noThrottle = {
    LOGIN_FAILURES_PER_ACCOUNT: '100000',
    LOGIN_FAILURES_PER_ADDRESS: '100000',
    REGISTRATIONS_PER_ADDRESS: '100000',
  };
  const cluster = await Cluster.start({
    auths: 2,
    portals: 2,
    ...(options.isStock && { scripts: STOCK }),
    // A role whose connections a fault can limit.
    connectionLimit: UNLIMITED,
    ...(options.isSkewed && { clockSkewMs: skewedClocks(options.seed) }),
    env: { ...options.env, ...clocksAndCache(options), ...noThrottle },
  });
  try {
    const recording = new Recording();
    const faults = await visitDuringFaults(cluster, recording, options);
    const defaults = { theme: 'system', language: 'en', density: 'cozy' };
    const history = {
      exchanges: recording.exchanges,
      faults,
      boundMs: BOUND_MS,
      slackMs: SLACK_MS,
      isLagging: [options.isNear, options.hasStalls, options.isBusy].includes(true),
      defaults,
      idleMs: options.isIdle ? IDLE_SECONDS * 1000 : null,
    };
    return { history, violations: check(history) };
  } finally {
    await cluster.close();
  }
}

function clocksAndCache({ isNear, isIdle }: RunOptions): Record<string, string> {
  return {
    SESSION_RENEW_SECONDS,
    ...(isNear && { SESSION_NEAR_CACHE_MS }),
    ...(isIdle && { SESSION_IDLE_SECONDS: String(IDLE_SECONDS), SESSION_TOUCH_SECONDS: String(TOUCH_SECONDS) }),
  };
}

/** One replica of each app is ahead or behind, the other way round for the next seed. */
function skewedClocks(seed: number): Record<string, number> {
  const skewMs = seed % 2 === 0 ? SKEW_MS : -SKEW_MS;
  return { 'auth-2': skewMs, 'portal-2': -skewMs };
}

async function visitDuringFaults(cluster: Cluster, recording: Recording, options: RunOptions): Promise<FaultSpan[]> {
  const random = new Random(options.seed);
  const canary = new Canary(cluster, options.isStock ? 'stock' : options.env?.['SESSION_STRATEGY']);
  await canary.untilRecovered();
  const browsers = await openBrowsers(cluster, recording, random, options.isIdle ? LOYAL_HABITS : HABITS);
  const end = new AbortController();
  const visits = browsers.flatMap(({ visitors }) => visitors.map((visitor) => visit(visitor, random.fork('think'), end.signal)));
  const stalls = options.hasStalls ? stallProcesses(cluster, random.fork('stalls'), end.signal) : undefined;
  const faults: FaultSpan[] = [];
  const until = performance.now() + options.seconds * 1000;
  const planned = plan(random.fork('nemesis'), {
    members: cluster.members.map(({ name }) => name),
    ...(options.faults && { names: options.faults }),
    ...(options.isIdle && { holdMs: LONG_HOLD_MS }),
  });
  for await (const fault of injectFaults(cluster, canary, planned)) {
    faults.push(fault);
    options.onFault?.(fault);
    if (performance.now() > until) break;
  }
  end.abort();
  await Promise.all([...visits, stalls]);
  for (const { browser, account } of browsers) await readEverySession(cluster, browser, account);
  return faults;
}

async function openBrowsers(cluster: Cluster, recording: Recording, random: Random, habits: typeof HABITS) {
  const accounts = await Promise.all(USERS.map((name) => register(cluster, new Account(name, `${name}-first-password`))));
  return accounts.flatMap((account) =>
    Array.from({ length: BROWSERS_PER_USER }, (_, index) => {
      const browser = new Browser(`${account.name}-${index + 1}`, account.name, recording);
      const visitors = Array.from(
        { length: TABS_PER_BROWSER },
        (__, tab) => new Visitor(browser, account, cluster, random.fork(`${browser.name}-${tab}`), habits),
      );
      return { browser, account, visitors };
    }),
  );
}

async function visit(visitor: Visitor, random: Random, end: AbortSignal): Promise<void> {
  while (!end.aborted) {
    await visitor.step();
    await pause(random.between(...THINK_MS));
  }
}

/** After the last fault: reads every session on every portal. */
async function readEverySession(cluster: Cluster, browser: Browser, account: Account): Promise<void> {
  for (const portal of cluster.of('portal')) {
    for (const kind of ['read', 'tally', 'preferences'] as const) await browser.send({ kind }, portal, account);
    for (const cookie of browser.past.slice()) await browser.send({ kind: 'read' }, portal, account, cookie);
  }
}
