/** How many colors the style sheet has: distinct for color-blind readers (after Okabe and Ito); red is reserved for failures. */
const COLOURS = 8;

/** The color of a replica, the same in every tab and after every restart: from its number, else from its name. */
export function colourOf(app: string, name: string): number {
  const number = /(\d+)$/.exec(name)?.[1];
  const place = number
    ? Number(number) - 1
    : Array.from(name).reduce((hash, letter) => (hash * 31 + letter.codePointAt(0)!) >>> 0, 7);
  return ((((place % COLOURS) + COLOURS) % COLOURS) ^ (app === 'auth' ? 4 : 0)) % COLOURS;
}

/** Two characters, so that color is never the only difference: `portal-2` is P2, `auth-7f9-x2k` is Ak. */
export function initialsOf(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(-1)}`;
}
