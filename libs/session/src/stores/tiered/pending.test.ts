import { codecOf } from '../../model/codec.ts';
import { newRecord } from '../../model/record.ts';
import { decodeEntry, encodeEntry, markOf, merged, unseen, type PendingEntry } from './pending.ts';

const add = (name: string, amount: number): PendingEntry['delta'] => ({ patch: null, add: { [name]: amount }, renew: null });
const entry = (id: string, version: number, delta = add('count', 1)): PendingEntry => ({ id, version, ...(delta && { delta }) });
const record = {
  ...newRecord(
    {
      key: 'key',
      publicId: 'public',
      proof: 'proof',
      attributes: { count: 10 },
      device: { ip: null, userAgent: null },
      idleSeconds: 60,
      absoluteSeconds: 600,
      authenticated: false,
    },
    0,
    'postgres',
  ),
  version: 3,
};

describe('changes that wait in Redis for Postgres', () => {
  const [one, two, three] = [entry('aaaaaaa', 1_000_003), entry('bbbbbbb', 2_000_003), entry('ccccccc', 3_000_003)];

  it('are all new to a row that saw none of them', () => {
    expect(unseen([one, two, three], null, 'zzzzzzz yyyyyyy ')).toEqual([one, two, three]);
  });

  it('leave out a write that Postgres did after all', () => {
    expect(unseen([one, two, three], 'of.before', 'zzzzzzz aaaaaaa ')).toEqual([two, three]);
  });

  it('leave out everything up to the last entry that was drained before a crash', () => {
    expect(unseen([one, two, three], markOf(two), 'zzzzzzz ')).toEqual([three]);
  });

  it('are distinguished within one write, which may have been drained only in part', () => {
    const folded = [entry('aaaaaaa', 1_000_003), entry('aaaaaaa', 2_000_003)];
    expect(unseen(folded, markOf(folded[0]!), '')).toEqual([folded[1]]);
    expect(unseen(folded, null, 'aaaaaaa ')).toEqual([]);
  });

  it('are merged into a record that moved on, under a version newer than both', () => {
    const next = merged(record, [one, two], [one, two]);
    expect(next.attributes).toEqual({ count: 12 });
    expect(next.version).toBe(2_000_004);
    expect(merged(record, [], [])).toBe(record);
  });

  it('give a record that has them all a newer version than Redis, once', () => {
    const next = merged(record, [], [one, two]);
    expect(next).toEqual({ ...record, version: 2_000_004 });
    expect(merged(next, [], [one, two])).toBe(next);
  });

  it('are sealed like attributes', () => {
    const codec = codecOf(['a key of enough randomness']);
    const line = encodeEntry(entry('aaaaaaa', 1, { patch: { name: 'Ada' }, add: null, renew: null }), 'key', codec);
    expect(line).not.toContain('Ada');
    expect(decodeEntry(line, 'key', codec).delta?.patch).toEqual({ name: 'Ada' });
    expect(() => decodeEntry(line, 'another key', codec)).toThrow('authenticate');
  });
});
