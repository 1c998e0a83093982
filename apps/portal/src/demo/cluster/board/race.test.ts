import type { ClusterView } from '../cluster-view.ts';
import { follow, type Mark, newRace, type Race } from './race.ts';
import { colourOf, initialsOf } from './paint.ts';

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
const reports = (race: Race, ...views: ClusterView[]) =>
  views.reduce((now, next) => follow(now, { type: 'report', view: next }), race);
const mark = (kind: Mark['kind']): Mark => ({ number: 1, kind, app: 'portal', replica: 'portal-1', store: 'redis', ms: 1 });

describe('the race', () => {
  it('counts answers by how they ended', () => {
    const race = (['ok', 'failed', 'lost', 'ok'] as const).reduce(
      (now, kind) => follow(now, { type: 'answer', mark: mark(kind) }),
      newRace(view([])),
    );
    expect(race).toMatchObject({ requests: 4, failed: 1, lost: 1 });
  });

  it('counts a replica as gone once, after a silence and not at the first missing word', () => {
    const both = view(['portal-1', 'portal-2']);
    const one = view(['portal-1']);
    const silent = reports(newRace(both), one, one);
    expect(silent.gone).toBe(0);
    expect(silent.runners.find(({ name }) => name === 'portal-2')?.state).toBe('silent');
    expect(reports(silent, one, one, one).gone).toBe(1);
  });

  it('knows at once that a replica was replaced by a new one of the same name', () => {
    const race = reports(newRace(view(['portal-1@a'])), view(['portal-1@b']));
    expect(race.gone).toBe(1);
    expect(race.runners).toHaveLength(1);
  });

  it('calls nobody gone while nobody can be heard', () => {
    const alone = view(['portal-1'], 'nobody');
    expect(reports(newRace(view(['portal-1', 'portal-2'])), ...Array.from({ length: 20 }, () => alone)).gone).toBe(0);
  });

  it('forgets who is gone after a while', () => {
    const one = view(['portal-1']);
    const race = reports(newRace(view(['portal-1', 'portal-2'])), ...Array.from({ length: 12 }, () => one));
    expect(race.runners.map(({ name }) => name)).toEqual(['portal-1']);
  });
});

describe('paint', () => {
  it('gives neighbours different colours, and both apps too', () => {
    const names = [...[1, 2, 3, 4].map((n) => `portal-${n}`), ...[1, 2, 3, 4].map((n) => `auth-${n}`)];
    expect(new Set(names.map((name) => colourOf(name.split('-')[0]!, name))).size).toBe(8);
    expect(initialsOf('portal-2')).toBe('P2');
  });
});
