import { isAcceptableUserName, normaliseUserName } from './user-name.ts';

describe('a user name', () => {
  it('has one spelling', () => {
    expect(new Set(['Ana', ' ana ', 'ＡＮＡ', 'aNA'].map(normaliseUserName))).toEqual(new Set(['ana']));
  });

  it.each([
    'ana',
    'ana.b-c_d@example.org',
    'müller',
    '7of9',
    'łukasz',
    'søren',
    'борис',
    'νίκος',
    'ひろし',
    '田中さん',
    'nguyễn',
    'عمر',
    'иван2026',
  ])('may be %s', (name) => expect(isAcceptableUserName(name)).toBe(true));

  it.each([
    '',
    '.ana',
    'a b',
    'a\u0000b',
    'a\u202eb',
    'a\u200bb',
    '<ana>',
    'a'.repeat(65),
    'аdmin',
    'admın',
    'a\ufe0fdmin',
    'αdmin',
    'асе',
    'ΑΒΕ',
    'adm\u0131n',
    'i\u0307van',
    'ɑdmin',
    'a\u034fb',
    'ana\u0338',
    'ᴀdmin',
  ])('may not be %j', (name) => {
    expect(isAcceptableUserName(normaliseUserName(name))).toBe(false);
  });
});
