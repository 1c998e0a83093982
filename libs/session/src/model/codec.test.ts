import { codecOf, UNSEALED } from './codec.ts';

const [OLD, NEW] = ['an old key of enough randomness', 'a new key of enough randomness'];
const secret = { user: { id: 'u1', name: 'Ada' }, cart: { tea: 2 } };

describe('sealed attributes', () => {
  it('show nothing and decode to what they were', () => {
    const text = codecOf([OLD]).encode(secret, 'key');
    expect(text).not.toMatch(/Ada|cart|tea/);
    expect(codecOf([OLD]).decode(text, 'key')).toEqual(secret);
    expect(codecOf([OLD]).encode(secret, 'key')).not.toBe(text);
  });

  it('do not open in the place of another session', () => {
    const text = codecOf([OLD]).encode(secret, 'mine');
    expect(() => codecOf([OLD]).decode(text, 'yours')).toThrow('authenticate');
  });

  it('do not open when one character was changed', () => {
    const text = codecOf([OLD]).encode(secret, 'key');
    for (const at of [8, 30, text.length - 4]) {
      const changed = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
      expect(() => codecOf([OLD]).decode(changed, 'key')).toThrow('authenticate');
    }
  });

  it('are written with the first key and read with all of them', () => {
    const old = codecOf([OLD]).encode(secret, 'key');
    const rotated = codecOf([NEW, OLD]);
    expect(rotated.decode(old, 'key')).toEqual(secret);
    expect(codecOf([NEW]).decode(rotated.encode(secret, 'key'), 'key')).toEqual(secret);
    expect(() => codecOf([NEW]).decode(old, 'key')).toThrow('SESSION_ENCRYPTION_KEYS');
  });

  it('are not replaced by clear ones', () => {
    const removedKeys = new Set<string>();
    const clear = codecOf([]).encode(secret, 'key');
    expect(() => codecOf([NEW], { removedKeys }).decode(clear, 'key')).toThrow('SESSION_ENCRYPTION_KEYS');
    expect([...removedKeys]).toEqual([UNSEALED]);
  });

  it('are read beside clear ones while encryption is switched on', () => {
    expect(codecOf([NEW], { migrating: true }).decode(codecOf([]).encode(secret, 'key'), 'key')).toEqual(secret);
  });

  it('are not taken for something else when encryption was switched off', () => {
    expect(() => codecOf([]).decode(codecOf([OLD]).encode(secret, 'key'), 'key')).toThrow('SESSION_ENCRYPTION_KEYS is empty');
  });
});
