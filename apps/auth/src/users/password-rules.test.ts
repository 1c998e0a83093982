import { LONGEST_PASSWORD, passwordWeakness } from './password-rules.ts';

describe('a new password', () => {
  it.each([
    'correct horse battery',
    'ünïcödé ist gut',
    '        spaces count',
    'x1'.repeat(20) + 'y',
    '🐎🔋📎🧷🪛🔩⚙️🧲',
    'dragon 2024 welcome',
    'abc 4417 2093 8816 55',
  ])('may be %j', (password) => {
    expect(passwordWeakness(password, 'ana')).toBeNull();
  });

  it.each([
    'short7!',
    'password1',
    'QWERTYUIOP',
    '12345678',
    'aaaaaaaaaa',
    'abababababab',
    'ana-ana',
    'Ana12345',
    'baton123',
    'Password123!',
    'P@ssw0rd1',
    'Welcome2024!',
    '$ummer2024',
    '123Qwerty!!',
    'Dr4g0n!!!!',
  ])('may not be %j', (password) => {
    expect(passwordWeakness(password, 'ana')).not.toBeNull();
  });

  it('may be 128 characters long, but not longer', () => {
    const long = 'a long sentence that somebody likes, with many words in it, 12345 of them';
    expect(long.length).toBeGreaterThan(64);
    expect(passwordWeakness(long, 'ana')).toBeNull();
    expect(LONGEST_PASSWORD).toBe(128);
    expect(passwordWeakness(long.repeat(2).slice(0, 128), 'ana')).toBeNull();
    expect(passwordWeakness(long.repeat(2).slice(0, 129), 'ana')).toMatch(/at most/);
  });
});
