import type { ClusterView, ReplicaView } from '../cluster-view.ts';

export type Outcome = 'ok' | 'failed' | 'lost';

/** One request of this tab. */
export interface LogEntry {
  number: number;
  outcome: Outcome;
  app: string;
  /** Null without a response. */
  replica: string | null;
  store: string | null;
  ms: number | null;
}

export interface ReplicaStatus extends ReplicaView {
  state: 'running' | 'silent' | 'down';
  /** How many views in a row did not contain it. */
  missedViews: number;
}

/** What this tab has seen so far. */
export interface RequestLog {
  view: ClusterView;
  replicas: ReplicaStatus[];
  entries: LogEntry[];
  requests: number;
  failed: number;
  lost: number;
  /** How many replicas went down. */
  down: number;
}

export type LogAction = { type: 'request'; entry: LogEntry } | { type: 'view'; view: ClusterView } | { type: 'reset' };

const MAX_ENTRIES = 400;
/** Missed views until a replica counts as down; over the feed heartbeats are rarer. */
const MISSED_VIEWS = { redis: 3, feed: 8, nobody: Infinity };
/** Views for which a replica that is down stays in the picture. */
const REMEMBERED = 10;

export function newLog(view: ClusterView): RequestLog {
  return { view, replicas: view.replicas.map(running), entries: [], requests: 0, failed: 0, lost: 0, down: 0 };
}

export function reduceLog(log: RequestLog, action: LogAction): RequestLog {
  if (action.type === 'request') return withEntry(log, action.entry);
  if (action.type === 'view') return withView(log, action.view);
  return { ...newLog(log.view), replicas: log.replicas };
}

function withEntry(log: RequestLog, entry: LogEntry): RequestLog {
  return {
    ...log,
    entries: [...log.entries.slice(-MAX_ENTRIES + 1), entry],
    requests: log.requests + 1,
    failed: log.failed + Number(entry.outcome === 'failed'),
    lost: log.lost + Number(entry.outcome === 'lost'),
  };
}

function withView(log: RequestLog, view: ClusterView): RequestLog {
  const instances = new Set(view.replicas.map(({ instance }) => instance));
  const names = new Set(view.replicas.map(({ name }) => name));
  const missing = log.replicas.filter(({ instance }) => !instances.has(instance));
  const updated = missing.map((replica) => missed(replica, view));
  const newlyDown = updated.filter(({ state }, index) => state === 'down' && missing[index]!.state !== 'down').length;
  const remembered = updated.filter(({ name, missedViews }) => !names.has(name) && missedViews < REMEMBERED);
  return { ...log, view, replicas: inOrder([...view.replicas.map(running), ...remembered]), down: log.down + newlyDown };
}

/** A new instance under the same name proves that the old one is down; a missing heartbeat does not. */
function missed(replica: ReplicaStatus, view: ClusterView): ReplicaStatus {
  const missedViews = replica.missedViews + 1;
  const replaced = view.replicas.some(({ name }) => name === replica.name);
  const down = replica.state === 'down' || replaced || missedViews >= MISSED_VIEWS[view.heardOver];
  return { ...replica, requestsPerSecond: 0, missedViews, state: down ? 'down' : 'silent' };
}

const running = (replica: ReplicaView): ReplicaStatus => ({ ...replica, state: 'running', missedViews: 0 });

const inOrder = (replicas: ReplicaStatus[]) =>
  replicas.sort((a, b) => a.app.localeCompare(b.app) || a.name.localeCompare(b.name, 'en', { numeric: true }));
