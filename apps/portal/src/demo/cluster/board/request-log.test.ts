import type { ClusterView } from '../cluster-view.ts';
import { colourOf, initialsOf } from './paint.ts';
import { type LogEntry, newLog, reduceLog, type RequestLog } from './request-log.ts';

const replica = (name: string, instance = name) => {
  const still = { version: '1', upSeconds: 1, requestsPerSecond: 0, draining: false };
  return { ...still, app: name.split('-')[0]!, name, instance };
};
const view = (names: string[], heardOver: ClusterView['heardOver'] = 'redis'): ClusterView => ({
  seenBy: names[0] ?? '',
  heardOver,
  stores: [],
  latency: {},
  replicas: names.map((name) => replica(name.split('@')[0]!, name)),
});
const withViews = (log: RequestLog, ...views: ClusterView[]) =>
  views.reduce((now, next) => reduceLog(now, { type: 'view', view: next }), log);
const entry = (outcome: LogEntry['outcome']): LogEntry => ({
  number: 1,
  outcome,
  app: 'portal',
  replica: 'portal-1',
  store: 'redis',
  ms: 1,
});

describe('the request log', () => {
  it('counts requests by their outcome', () => {
    const log = (['ok', 'failed', 'lost', 'ok'] as const).reduce(
      (now, outcome) => reduceLog(now, { type: 'request', entry: entry(outcome) }),
      newLog(view([])),
    );
    expect(log).toMatchObject({ requests: 4, failed: 1, lost: 1 });
  });

  it('counts a replica as down once, after several missing heartbeats and not after the first', () => {
    const both = view(['portal-1', 'portal-2']);
    const one = view(['portal-1']);
    const silent = withViews(newLog(both), one, one);
    expect(silent.down).toBe(0);
    expect(silent.replicas.find(({ name }) => name === 'portal-2')?.state).toBe('silent');
    expect(withViews(silent, one, one, one).down).toBe(1);
  });

  it('counts a replica as down at once when a new instance has its name', () => {
    const log = withViews(newLog(view(['portal-1@a'])), view(['portal-1@b']));
    expect(log.down).toBe(1);
    expect(log.replicas).toHaveLength(1);
  });

  it('counts no replica as down while both stores are unavailable', () => {
    const alone = view(['portal-1'], 'nobody');
    expect(withViews(newLog(view(['portal-1', 'portal-2'])), ...Array.from({ length: 20 }, () => alone)).down).toBe(0);
  });

  it('removes a replica that is down after a while', () => {
    const one = view(['portal-1']);
    const log = withViews(newLog(view(['portal-1', 'portal-2'])), ...Array.from({ length: 12 }, () => one));
    expect(log.replicas.map(({ name }) => name)).toEqual(['portal-1']);
  });
});

describe('paint', () => {
  it('gives neighbours different colours, and both apps too', () => {
    const names = [...[1, 2, 3, 4].map((n) => `portal-${n}`), ...[1, 2, 3, 4].map((n) => `auth-${n}`)];
    expect(new Set(names.map((name) => colourOf(name.split('-')[0]!, name))).size).toBe(8);
    expect(initialsOf('portal-2')).toBe('P2');
  });
});
