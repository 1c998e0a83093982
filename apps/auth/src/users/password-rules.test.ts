import { LONGEST_PASSWORD, passwordWeakness } from './password-rules.ts';

describe('a new password', () => {
  it.each(['correct horse battery', 'ünïcödé ist gut', '        spaces count', 'x1'.repeat(20) + 'y', '🐎🔋📎🧷🪛🔩⚙️🧲'])(
    'may be %j',
    (password) => {
      expect(passwordWeakness(password, 'ana')).toBeNull();
    },
  );

  it.each(['short7!', 'password1', 'QWERTYUIOP', '12345678', 'aaaaaaaaaa', 'abababababab', 'ana-ana', 'Ana12345', 'baton123'])(
    'may not be %j',
    (password) => {
      expect(passwordWeakness(password, 'ana')).not.toBeNull();
    },
  );

  it('may be 64 characters long and more, but not without end', () => {
    const long = 'a long sentence that somebody likes, with many words in it, 12345 of them';
    expect(long.length).toBeGreaterThan(64);
    expect(passwordWeakness(long, 'ana')).toBeNull();
    expect(passwordWeakness('ab1'.repeat(LONGEST_PASSWORD), 'ana')).toMatch(/at most/);
  });
});
