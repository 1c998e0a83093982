import { NAME } from '@baton/platform';
import { dictionary } from '@zxcvbn-ts/language-common';

export const SHORTEST_PASSWORD = 8;
/** Long enough for any passphrase. Bounded, because hashing megabytes would block the server. */
export const LONGEST_PASSWORD = 128;

const COMMON: ReadonlySet<string> = new Set(Object.values(dictionary['passwords-common']).map(String));

/** NIST 800-63B 3.1.1.2: length, and not one that attackers try first. No rules of composition. Returns what is wrong, for people. */
export function passwordWeakness(password: string, userName: string): string | null {
  const typed = password.normalize('NFKC');
  if (lengthOf(password) < SHORTEST_PASSWORD) return `A password needs at least ${SHORTEST_PASSWORD} characters.`;
  if (lengthOf(password) > LONGEST_PASSWORD) return `A password has at most ${LONGEST_PASSWORD} characters.`;
  if (isCommon(typed)) return 'This password is one of the most common ones, and attackers try those first.';
  if (isGuessable(typed, userName)) return 'This password is little more than your name or the name of this service.';
  return null;
}

function isCommon(password: string): boolean {
  const lower = password.toLowerCase();
  return COMMON.has(lower) || new Set(lower).size < 3 || baseWords(lower).some((word) => COMMON.has(word));
}

/** The word of `P@ssw0rd1` and `Welcome2024!`: without digits and symbols around it, and with letters for the signs in it. */
function baseWords(lower: string): string[] {
  const bare = [lower.replace(/[^\p{L}]+$/u, ''), lower.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')];
  const words = bare.filter((word) => word.length >= 3 && lower.length - word.length < SHORTEST_PASSWORD);
  return words.flatMap((word) => ['i', 'l'].map((one) => word.replace(/[013457@$!|]/g, (sign) => LETTERS[sign] ?? one)));
}

const LETTERS: Record<string, string> = { '0': 'o', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's' };

/** What is left without the words that everybody can guess must still be a password. */
function isGuessable(password: string, userName: string): boolean {
  const words = [userName, NAME].filter((word) => word.length >= 3);
  const rest = words.reduce((left, word) => left.replaceAll(word, ''), password.toLowerCase());
  return rest.length < password.length && (isCommon(rest) || lengthOf(rest) < SHORTEST_PASSWORD / 2);
}

/** In code points, as NIST counts. */
const lengthOf = (text: string): number => Array.from(text).length;
