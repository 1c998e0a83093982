import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';
import type { Mutation } from './mutations.ts';

const LIBRARY = new URL('../../libs/session/src/', import.meta.url).href;

/** What the scheduler decides instead of a clock or a network: the modules of the library that wait. */
const REPLACED: Readonly<Record<string, string>> = {
  'kit/deadline.ts': './stand-ins/deadline.ts',
  'stores/redis/client.ts': './stand-ins/redis-client.ts',
};

const SWC = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    target: 'es2024',
    transform: { legacyDecorator: true, useDefineForClassFields: false },
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
} as const;

/**
 * Prepares the import of the library: its sources are compiled as for the tests, two modules are replaced, and a mutation is
 * applied to the source of its module. The library itself knows of none of this. Call before anything imports the library.
 */
export function prepareLibrary(mutation: Mutation | null): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const standIn = found.url.startsWith(LIBRARY) ? REPLACED[found.url.slice(LIBRARY.length)] : undefined;
      return standIn === undefined ? found : { ...found, url: new URL(standIn, import.meta.url).href };
    },
    load(url, context, next) {
      if (!url.startsWith(LIBRARY)) return next(url, context);
      const path = url.slice(LIBRARY.length);
      const source = mutated(readFileSync(fileURLToPath(url), 'utf8'), path, mutation);
      return {
        format: 'module',
        shortCircuit: true,
        source: transformSync(source, { ...SWC, filename: fileURLToPath(url) }).code,
      };
    },
  });
}

function mutated(source: string, path: string, mutation: Mutation | null): string {
  return (mutation?.edits ?? [])
    .filter(({ file }) => file === path)
    .reduce((text, { find, replace }) => {
      if (!text.includes(find)) throw new Error(`The mutation ${mutation!.name} does not fit ${path}: it lacks\n${find}`);
      return text.replaceAll(find, () => replace);
    }, source);
}

export const libraryUrl = (path: string): string => pathToFileURL(fileURLToPath(new URL(path, LIBRARY))).href;
