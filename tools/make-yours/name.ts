/** The name of the original project. */
export const OLD = 'baton';

export interface Name {
  /** In package names, cookies, images, manifests and paths: `my-shop`. */
  readonly kebab: string;
  /** Where a dash is not allowed: metrics, and users and databases of Postgres. */
  readonly snake: string;
  /** Environment variables and constants: `MY_SHOP`. */
  readonly upper: string;
  readonly camel: string;
  readonly pascal: string;
  /** What people read. */
  readonly title: string;
}

export function toName(kebab: string, title?: string): Name {
  const words = kebab.split('-');
  const pascal = words.map(capitalised).join('');
  return {
    kebab,
    snake: words.join('_'),
    upper: words.join('_').toUpperCase(),
    camel: words[0] + words.slice(1).map(capitalised).join(''),
    pascal,
    title: title ?? words.map(capitalised).join(' '),
  };
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Words that would collide with what the project, JavaScript or SQL already calls so. */
const TAKEN = new Set(
  `admin app apps auth break case catch class cluster const continue debugger default delete demo do else enum export express-session
  extends false finally for function if import in instanceof libs memory near new node null platform portal postgres public redis
  return select session sessions stock super supervisor switch table template0 template1 test this throw tiered tokens tools true try
  typeof ui undefined user users var void while with yield await async let static`.split(/\s+/),
);

/** Why this cannot be the name, or null. */
export function refuseName(name: string): string | null {
  if (name === OLD) return `The project is called ${OLD} already: choose another name.`;
  if (name.length < 3 || name.length > 40 || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    return `"${name}" is not a valid name: 3 to 40 lowercase letters and digits, words separated by single dashes, a letter first.`;
  if (TAKEN.has(name)) return `"${name}" is taken: the project, JavaScript or SQL uses this word.`;
  return null;
}

/** Titles and holders end up in source, YAML and Markdown, so they contain nothing that needs escaping there. */
export function refuseText(option: string, text: string): string | null {
  if (/^[\p{L}\p{N}](?:[\p{L}\p{N} .,+-]{0,58}[\p{L}\p{N}.])?$/u.test(text)) return null;
  return `--${option} takes 1 to 60 letters, digits, spaces and . , + - and starts with a letter or a digit.`;
}
