/** Builds the peers and the Baton programs to ESM in tools/bench/dist; packages stay in node_modules. */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { rspack, type Configuration } from '@rspack/core';

const here = import.meta.dirname;
const root = join(here, '../..');

/** The workspace's `npm ci` does not install the packages of the peers. */
function installPeerPackages(): void {
  if (existsSync(join(here, 'node_modules/.package-lock.json'))) return;
  console.log('Installing the packages of the peers (once) ...');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' });
}

const entries = (): Record<string, string> =>
  Object.fromEntries(globSync('{peers,baton}/*.ts', { cwd: here }).map((file) => [basename(file, '.ts'), join(here, file)]));

const configuration = (): Configuration => ({
  mode: 'none',
  target: 'node24',
  context: root,
  entry: entries(),
  output: {
    path: join(here, 'dist'),
    filename: '[name].js',
    module: true,
    chunkFormat: 'module',
    library: { type: 'module' },
    clean: true,
  },
  devtool: 'source-map',
  externalsType: 'module-import',
  externals: [({ request }, done) => (/^(\.|\/|@baton\/)/.test(request ?? '') ? done() : done(undefined, request))],
  resolve: {
    extensions: ['.ts', '.tsx', '.js'],
    alias: Object.fromEntries(
      ['session', 'platform', 'ui'].map((lib) => [`@baton/${lib}`, join(root, `libs/${lib}/src/index.ts`)]),
    ),
  },
  module: {
    rules: [
      {
        test: /\.tsx?$/,
        loader: 'builtin:swc-loader',
        options: {
          jsc: {
            target: 'es2024',
            parser: { syntax: 'typescript', decorators: true, tsx: true },
            transform: {
              legacyDecorator: true,
              decoratorMetadata: true,
              useDefineForClassFields: false,
              react: { runtime: 'automatic', importSource: 'preact' },
            },
          },
        },
      },
    ],
  },
});

export async function buildPrograms(): Promise<void> {
  installPeerPackages();
  await new Promise<void>((done, fail) =>
    rspack(configuration(), (error, stats) => {
      if (error) return fail(error);
      if (stats?.hasErrors()) return fail(new Error(stats.toString('errors-only')));
      done();
    }),
  );
}

/** By the other checkout's own build, as its packages are its own. */
export async function buildProgramsOf(checkout: string): Promise<void> {
  const build = (await import(resolve(checkout, 'tools/bench/build.ts'))) as { buildPrograms(): Promise<void> };
  await build.buildPrograms();
}

export const program = (name: string): string => join(here, 'dist', `${name}.js`);
