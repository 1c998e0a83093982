import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const ROOT = new URL('../../', import.meta.url).href;

const SWC = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true, tsx: true },
    target: 'es2024',
    experimental: { keepImportAttributes: true },
    transform: {
      legacyDecorator: true,
      decoratorMetadata: true,
      useDefineForClassFields: false,
      react: { runtime: 'automatic', importSource: 'preact' },
    },
  },
  module: { type: 'es6' },
} as const;

interface Project {
  compilerOptions: { paths: Record<string, [string]> };
}

/** Lets this process import the sources of the apps, which use decorators, TSX and the aliases of tsconfig.json. */
export function prepareApps(): void {
  const { compilerOptions } = JSON.parse(readFileSync(new URL('tsconfig.json', ROOT), 'utf8')) as Project;
  const { paths } = compilerOptions;
  registerHooks({
    resolve: (specifier, context, next) => {
      const alias = paths[specifier]?.[0];
      return next(alias === undefined ? specifier : new URL(alias, ROOT).href, context);
    },
    load(url, context, next) {
      if (!/^(apps|libs)\/.*\.tsx?$/.test(url.slice(ROOT.length))) return next(url, context);
      const filename = fileURLToPath(url);
      const { code } = transformSync(readFileSync(filename, 'utf8'), { ...SWC, filename });
      return { format: 'module', shortCircuit: true, source: code };
    },
  });
}
