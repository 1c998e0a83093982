const ACCEPTABLE = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._@+-]{0,63}$/u;

/** Invisible, or compositions that no keyboard makes: variation selectors, overlays, an i with a second dot. */
const DECEPTIVE = /\p{Default_Ignorable_Code_Point}|\p{M}{4}|[\u0307\u0335-\u0338]/u;

/** Writing systems that names use, each with the others that belong to it (UTS 39, "highly restrictive"). */
const SCRIPTS = [
  /^[\p{scx=Latin}\p{sc=Common}\p{sc=Inherited}]*$/u,
  /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{sc=Common}\p{sc=Inherited}]*$/u,
  /^[\p{scx=Han}\p{scx=Hangul}\p{sc=Common}\p{sc=Inherited}]*$/u,
  ...[
    'Cyrillic',
    'Greek',
    'Armenian',
    'Georgian',
    'Hebrew',
    'Arabic',
    'Devanagari',
    'Bengali',
    'Tamil',
    'Telugu',
    'Thai',
    'Ethiopic',
  ].map((script) => new RegExp(`^[\\p{scx=${script}}\\p{sc=Common}\\p{sc=Inherited}]*$`, 'u')),
];

/** Letters of other scripts that look like Latin ones (UTS 39, confusables.txt). A name of these alone could be read as Latin. */
const LATIN_ELSEWHERE = /^[аеорсухіјѕһԁԛԝвкмнтгαορνικτυχβεηζμϲϳօսոհցքզ\p{N}\p{M}._@+-]*$/u;
/** Latin letters without their accents: no dotless i, no phonetic or small capital letters. */
const LATIN = /^[a-zßæœøðþłđħŋə]*$/;

/** One person, one spelling: "Ana" and "ana " and a full-width "ａｎａ" are the same name (NFKC, lower case). */
export const normaliseUserName = (typed: string): string => typed.normalize('NFKC').trim().toLowerCase();

/** RFC 8265 UsernameCaseMapped, with NFKC for NFC and fewer symbols, and no name that looks like another one. For new accounts only. */
export const isAcceptableUserName = (normalised: string): boolean =>
  ACCEPTABLE.test(normalised) &&
  !DECEPTIVE.test(normalised) &&
  SCRIPTS.some((script) => script.test(normalised)) &&
  !isLookalike(normalised);

function isLookalike(name: string): boolean {
  const letters = (name.normalize('NFD').match(/\p{L}/gu) ?? []).join('');
  if (/\p{Script=Latin}/u.test(letters)) return !LATIN.test(letters);
  return letters !== '' && LATIN_ELSEWHERE.test(letters);
}
