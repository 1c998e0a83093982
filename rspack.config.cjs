// Extends the rspack defaults of `nest build`: one bundle per program of an app; packages stay in node_modules.
const { existsSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');

/** Entry files of programs; an app has main.ts and may have others. */
const PROGRAMS = ['main', 'migrate'];

const server = (options) => {
  const sourceRoot = dirname(options.entry);
  const app = basename(dirname(sourceRoot));
  const entry = Object.fromEntries(
    PROGRAMS.map((name) => [name, join(sourceRoot, `${name}.ts`)]).filter(([, file]) => existsSync(file)),
  );
  const [rule] = options.module.rules;
  const swc = rule.use[0].options;
  swc.jsc.parser.tsx = true;
  swc.jsc.target = 'es2024';
  swc.jsc.transform.useDefineForClassFields = false;
  swc.jsc.transform.react = { runtime: 'automatic', importSource: 'preact' };
  return {
    ...options,
    entry,
    // `nest generate` writes imports with the extension of the built file.
    resolve: { ...options.resolve, extensionAlias: { '.js': ['.js', '.ts', '.tsx'] } },
    devtool: 'source-map',
    output: { ...options.output, path: join(__dirname, 'dist/apps', app), filename: '[name].js' },
    stats: 'errors-warnings',
  };
};

module.exports = [server, require('./rspack.client.cjs')];
