import { newRecord, type SessionRecord } from '../../model/record.ts';
import { newSession } from '../session-store.contract.ts';
import { RecordCache } from './record-cache.ts';

const record = (key: string): SessionRecord => ({ ...newRecord(newSession(), 0, 'redis'), key });

function cacheWith(options: Partial<{ records: number; bytes: number; nearMs: number }> = {}) {
  return new RecordCache({ records: 10, bytes: 1_000_000, nearMs: 1000, ...options });
}

function read(cache: RecordCache, key: string, during = () => undefined as void): void {
  const ticket = cache.expect(key)!;
  during();
  cache.set(key, 'value', record(key));
  cache.arrived(key, ticket, 0);
}

describe('the near cache', () => {
  it('uses a record until its age limit, counted from when the request to Redis was sent', () => {
    const cache = cacheWith();
    read(cache, 'a');
    expect(cache.fresh('a', 999)).toMatchObject({ key: 'a', readFrom: 'near' });
    expect(cache.fresh('a', 1000)).toBeUndefined();
  });

  it('forgets a record as soon as a change of it is reported, and no other', () => {
    const cache = cacheWith();
    read(cache, 'a');
    read(cache, 'b');
    cache.invalidate('a');
    expect(cache.fresh('a', 1)).toBeUndefined();
    expect(cache.fresh('b', 1)).toBeDefined();
  });

  it('does not keep a value that changed while it was read', () => {
    const cache = cacheWith();
    read(cache, 'a', () => cache.invalidate('a'));
    expect(cache.fresh('a', 1)).toBeUndefined();
    read(cache, 'b', () => cache.invalidateAll());
    expect(cache.fresh('b', 1)).toBeUndefined();
  });

  it('forgets everything when changes may have been missed', () => {
    const cache = cacheWith();
    read(cache, 'a');
    cache.invalidateAll();
    expect(cache.fresh('a', 1)).toBeUndefined();
  });

  it('is off at 0', () => {
    expect(cacheWith({ nearMs: 0 }).expect('a')).toBeNull();
  });

  it('is bounded by count and by bytes', () => {
    const few = cacheWith({ records: 4 });
    const small = cacheWith({ bytes: 2000 });
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
      read(few, key);
      read(small, key);
    }
    for (const cache of [few, small]) {
      expect(cache.fresh('a', 1)).toBeUndefined();
      expect(cache.fresh('f', 1)).toBeDefined();
    }
  });
});

describe('parsed records', () => {
  it('are reused for an equal value only', () => {
    const cache = cacheWith();
    const parsed = record('a');
    cache.set('a', 'one', parsed);
    expect(cache.get('a', 'one')).toBe(parsed);
    expect(cache.get('a', 'two')).toBeUndefined();
  });
});
