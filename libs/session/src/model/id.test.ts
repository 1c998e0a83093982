import { Peppers, isSessionId, newSessionId, renewSessionId, tagOf } from './id.ts';

describe('a session id', () => {
  it('has 65 characters that need no escaping in a cookie, and never repeats', () => {
    const ids = Array.from({ length: 1000 }, newSessionId);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{65}$/);
    expect(new Set(ids).size).toBe(1000);
    expect(ids.every(isSessionId)).toBe(true);
  });

  it.each([
    '',
    'a'.repeat(64),
    'a'.repeat(66),
    `${'a'.repeat(64)}=`,
    `${'a'.repeat(64)}\n`,
    `${'a'.repeat(64)}ä`,
    '../'.repeat(22),
  ])('is not %j', (text) => expect(isSessionId(text)).toBe(false));

  it('keeps its place in the stores when it is renewed, and is proved anew', () => {
    const peppers = new Peppers(['pepper']);
    const id = newSessionId();
    const [before, after] = [peppers.forWriting(id), peppers.forWriting(renewSessionId(id))];
    expect(after.key).toBe(before.key);
    expect(after.proof).not.toBe(before.proof);
  });

  it('cannot be found in what the stores hold of it', () => {
    const id = newSessionId();
    const { key, proof } = new Peppers(['pepper']).forWriting(id);
    expect(id).not.toContain(key);
    expect(id).not.toContain(proof);
    expect(new Peppers(['another pepper']).forWriting(id).key).not.toBe(key);
  });

  it('is found under an old pepper and written under the first', () => {
    const id = newSessionId();
    const [old, now] = [new Peppers(['old']), new Peppers(['new', 'old'])];
    expect(now.forReading(id)).toContainEqual(old.forWriting(id));
    expect(now.forReading(id)[0]).toEqual(now.forWriting(id));
    expect(() => new Peppers([])).toThrow('SESSION_PEPPER');
  });

  it('is spread over 256 hash tags', () => {
    const tags = Array.from({ length: 5000 }, () => tagOf(new Peppers(['pepper']).forWriting(newSessionId()).key));
    for (const tag of tags) expect(tag).toMatch(/^[0-9a-f]{2}$/);
    expect(new Set(tags).size).toBe(256);
  });
});
