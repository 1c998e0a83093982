import type { Entry } from './history.ts';
import { judge } from './judge.ts';

let moment = 0;
/** An operation that ends before the next one begins. */
const did = (kind: Entry['kind'], outcome: Entry['outcome'], more: Partial<Entry> = {}): Entry => ({
  kind,
  on: 'A',
  session: 's',
  actor: 'a client',
  phase: 'explored',
  begin: ++moment,
  end: ++moment,
  ...(outcome === undefined ? {} : { outcome }),
  ...more,
});
const promises = (history: Entry[], ...faults: string[]) =>
  judge(
    history,
    faults.map((fault) => ({ do: fault, moment: 1 })),
    false,
  ).map(({ promise }) => promise);

describe('the judge of explored schedules', () => {
  it('accepts what the promises allow', () => {
    expect(promises([did('login', 'ok'), did('add', 'ok'), did('read', 'ok', { seen: { n: 1 } })])).toEqual([]);
    expect(promises([did('login', 'ok'), did('logout', 'ok'), did('read', 'refused')])).toEqual([]);
    expect(promises([did('login', 'ok'), did('read', 'unavailable')], 'redis goes')).toEqual([]);
    expect(
      promises([did('login', 'ok'), did('add', 'unavailable'), did('read', 'ok', { seen: { n: 1 } })], 'redis goes'),
    ).toEqual([]);
  });

  it('reports a refusal that nobody asked for', () => {
    expect(promises([did('login', 'ok'), did('read', 'refused')])).toEqual(['P1']);
  });

  it('reports a session that is honoured after its end, or after a refusal', () => {
    expect(promises([did('login', 'ok'), did('logout', 'ok'), did('read', 'ok', { seen: {} })])).toEqual(['P2']);
    const uncertain = [did('login', 'ok'), did('logout', 'unavailable'), did('read', 'refused'), did('read', 'ok', { seen: {} })];
    expect(promises(uncertain, 'redis goes')).toEqual(['P2']);
  });

  it('reports a lost change, a lost number and one that was counted twice', () => {
    expect(promises([did('login', 'ok'), did('save', 'ok', { path: 'x', value: '1' }), did('read', 'ok', { seen: {} })])).toEqual(
      ['P3'],
    );
    for (const n of [0, 2])
      expect(promises([did('login', 'ok'), did('add', 'ok'), did('read', 'ok', { seen: { n } })])).toEqual(['P3']);
  });

  it('accepts that a change is missing while its only store is, and not longer', () => {
    const saved = did('save', 'ok', { path: 'x', value: '1' });
    const seen = (phase: Entry['phase']) => did('read', 'ok', { on: 'B', phase, seen: {} });
    for (const apart of [
      ['A loses postgres', 'redis only reads'],
      ['A loses redis', 'postgres goes'],
      ['redis only reads', 'postgres only reads'],
    ]) {
      expect(promises([did('login', 'ok'), saved, seen('a bound later')], ...apart)).toEqual([]);
      expect(promises([did('login', 'ok'), saved, seen('recovered')], ...apart)).toEqual(['P3']);
    }
    for (const other of [['B loses postgres', 'redis only reads'], ['A loses postgres'], ['postgres goes', 'redis goes']])
      expect(promises([did('login', 'ok'), saved, seen('a bound later')], ...other)).toEqual(['P3']);
  });

  it('accepts for T that a change is missing that a replica saved before it noticed that Postgres is back', () => {
    const saved = did('save', 'ok', { on: 'B', path: 'x', value: '1' });
    const seen = (phase: Entry['phase']) => did('read', 'ok', { phase, seen: {} });
    const undrained = ['postgres restarts', 'A loses redis'];
    expect(promises([did('login', 'ok'), saved, seen('explored')], ...undrained)).toEqual([]);
    expect(promises([did('login', 'ok'), saved, seen('a bound later')], ...undrained)).toEqual(['P3']);
    expect(promises([did('login', 'ok'), saved, seen('explored')], 'postgres restarts')).toEqual(['P3']);
    const readOnly = ['postgres only reads', 'redis goes'];
    expect(promises([did('login', 'ok'), saved, seen('explored')], ...readOnly, 'postgres returns')).toEqual([]);
    expect(promises([did('login', 'ok'), saved, seen('explored')], ...readOnly)).toEqual(['P3']);
  });

  it('accepts that an older change of the same path returns with the only store that had it', () => {
    const history = () => [
      did('login', 'ok'),
      did('save', 'ok', { path: 'x', value: '1' }),
      did('save', 'ok', { on: 'B', path: 'x', value: '2' }),
      did('read', 'ok', { phase: 'recovered', seen: { x: '1' } }),
    ];
    const judged = (...faults: { do: string; moment: number }[]) => judge(history(), faults, false).map(({ promise }) => promise);
    const cutOff = { do: 'A loses postgres', moment: 0 };
    moment = 0;
    expect(judged(cutOff, { do: 'redis goes', moment: 5 })).toEqual([]);
    moment = 0;
    expect(judged(cutOff)).toEqual(['P3']);
    moment = 0;
    expect(judged({ do: 'B loses postgres', moment: 3 }, { do: 'redis goes', moment: 5 })).toEqual(['P3']);
    moment = 0;
    expect(judged(cutOff, { do: 'redis goes', moment: 7 })).toEqual(['P3']);
  });

  it('accepts that a refusal is not final either while its reason is missing', () => {
    const ended = [did('login', 'ok'), did('logout', 'ok', { on: 'B' }), did('read', 'refused')];
    const honoured = (phase: Entry['phase']) => did('read', 'ok', { phase, seen: {} });
    expect(promises([...ended, honoured('a bound later')], 'B loses postgres', 'redis goes')).toEqual([]);
    expect(promises([...ended, honoured('recovered')], 'B loses postgres', 'redis goes')).toEqual(['P2']);
    expect(promises([...ended, honoured('a bound later')], 'redis goes')).toEqual(['P2']);
  });

  it('reports a 503 without a fault, an error that is none, and no answer', () => {
    for (const outcome of ['unavailable', 'failed', undefined] as const)
      expect(promises([did('login', 'ok'), did('read', outcome)])).toEqual(['P4']);
  });
});
