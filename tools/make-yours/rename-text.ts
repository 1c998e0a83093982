import { type Name } from './name.ts';

/** Postgres allows a dash in names only between quotes, so these places get the form without one. */
const POSTGRES = /\b(POSTGRES_(USER|DB)|pg_isready|initdb|createdb|psql|USER|DATABASE)\b(?!_)/;
const POSTGRES_URL = /\bpostgres(?:ql)?:\/\/[^\s"'`]*/g;

/** Text that is not an identifier of TypeScript: strings, comments, YAML, CSS, Markdown. */
export function renameText(text: string, name: Name): string {
  if (!/baton/i.test(text)) return text;
  return text
    .split('\n')
    .map((line) => renameLine(line, name))
    .join('\n');
}

function renameLine(line: string, name: Name): string {
  if (!/baton/i.test(line)) return line;
  const inUrl = line.replace(POSTGRES_URL, (url) =>
    url.replace('//baton:', `//${name.snake}:`).replace(/\/baton(?=$|\?)/, `/${name.snake}`),
  );
  const inPostgres = POSTGRES.test(inUrl) ? inUrl.replace(/(?<![\w/-])baton(?![\w-])/g, name.snake) : inUrl;
  return (
    inPostgres
      .replaceAll('BATON', name.upper)
      .replace(/baton(?=_[a-z])/g, name.snake)
      .replace(/Baton(?=[A-Z])/g, name.pascal)
      // The thing that runners hand over is not the product.
      .replace(/\b(relay|yellow of the) baton\b/gi, '$1 stick')
      .replaceAll('Baton', name.title)
      .replace(/baton(?=[A-Z])/g, name.camel)
      .replace(/baton/gi, name.kebab)
  );
}

/** In a path, so in names of files too. */
export const renamePath = (path: string, name: Name): string => path.replace(/BATON/g, name.upper).replace(/baton/gi, name.kebab);
