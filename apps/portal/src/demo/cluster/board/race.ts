import type { ClusterView, ReplicaView } from '../cluster-view.ts';

export type Kind = 'ok' | 'failed' | 'lost';

/** One request of this tab. */
export interface Mark {
  number: number;
  kind: Kind;
  app: string;
  /** Who answered; null if nobody did. */
  replica: string | null;
  store: string | null;
  ms: number | null;
}

export interface Runner extends ReplicaView {
  state: 'running' | 'silent' | 'gone';
  /** For how many reports in a row nothing was heard. */
  silentFor: number;
}

/** What this tab has seen so far. */
export interface Race {
  view: ClusterView;
  runners: Runner[];
  marks: Mark[];
  requests: number;
  failed: number;
  lost: number;
  gone: number;
}

export type RaceEvent = { type: 'answer'; mark: Mark } | { type: 'report'; view: ClusterView } | { type: 'restart' };

const MOST_MARKS = 400;
/** Reports without a word until a replica counts as gone; over the feed words are rarer. */
const PATIENCE = { redis: 3, feed: 8, nobody: Infinity };
/** Reports for which somebody who is gone stays in the picture. */
const REMEMBERED = 10;

export function newRace(view: ClusterView): Race {
  const runners = view.replicas.map((replica) => ({ ...replica, state: 'running' as const, silentFor: 0 }));
  return { view, runners, marks: [], requests: 0, failed: 0, lost: 0, gone: 0 };
}

export function follow(race: Race, event: RaceEvent): Race {
  if (event.type === 'answer') return withAnswer(race, event.mark);
  if (event.type === 'report') return withReport(race, event.view);
  return { ...newRace(race.view), runners: race.runners };
}

function withAnswer(race: Race, mark: Mark): Race {
  return {
    ...race,
    marks: [...race.marks.slice(-MOST_MARKS + 1), mark],
    requests: race.requests + 1,
    failed: race.failed + Number(mark.kind === 'failed'),
    lost: race.lost + Number(mark.kind === 'lost'),
  };
}

function withReport(race: Race, view: ClusterView): Race {
  const heard = new Map(view.replicas.map((replica) => [replica.instance, replica]));
  const others = race.runners.filter(({ instance }) => !heard.has(instance)).map((runner) => unheard(runner, view));
  const newlyGone = others.filter(
    (runner, index) => runner.state === 'gone' && stateBefore(race, others[index]!) !== 'gone',
  ).length;
  const running = view.replicas.map((replica) => ({ ...replica, state: 'running' as const, silentFor: 0 }));
  const names = new Set(view.replicas.map(({ name }) => name));
  const remembered = others.filter(({ name, silentFor }) => !names.has(name) && silentFor < REMEMBERED);
  return { ...race, view, runners: inOrder([...running, ...remembered]), gone: race.gone + newlyGone };
}

/** Somebody new under the same name is proof; silence needs patience. */
function unheard(runner: Runner, view: ClusterView): Runner {
  const silentFor = runner.silentFor + 1;
  const replaced = view.replicas.some(({ name }) => name === runner.name);
  const gone = runner.state === 'gone' || replaced || silentFor >= PATIENCE[view.heardOver];
  return { ...runner, requestsPerSecond: 0, silentFor, state: gone ? 'gone' : 'silent' };
}

const stateBefore = (race: Race, { instance }: Runner) => race.runners.find((runner) => runner.instance === instance)?.state;

const inOrder = (runners: Runner[]) =>
  runners.sort((a, b) => a.app.localeCompare(b.app) || a.name.localeCompare(b.name, 'en', { numeric: true }));
