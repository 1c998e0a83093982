// The apps as tests start them, beside the assets that `npm run build` made: the portal from another entry, and both with their packages
// in the bundle. Loading thousands of files from node_modules is most of a start, and a run of all tests starts hundreds of replicas.
// `npm start`, the images and their tests use the apps as `npm run build` leaves them.
const { createRequire, isBuiltin } = require('node:module');
const { join } = require('node:path');
const { CopyRspackPlugin } = require('@rspack/core');
const [server] = require('../../rspack.config.cjs');

const root = join(__dirname, '../..');

/** Native code, and what finds files of its own by their path. */
const UNBUNDLED = /^(@node-rs\/|pino$)/;

function packages({ request, context, dependencyType }, callback) {
  const isOutside = isBuiltin(request) || UNBUNDLED.test(request) || isMissing(request, context);
  if (isOutside) callback(null, `${dependencyType === 'commonjs' ? 'node-commonjs' : 'module'} ${request}`);
  else callback();
}

/** Packages try to load others that need not be installed. */
function isMissing(request, context) {
  if (!context.includes('node_modules') || /^[./]/.test(request)) return false;
  try {
    createRequire(join(context, 'file.js')).resolve(request);
    return false;
  } catch (error) {
    return error.code === 'MODULE_NOT_FOUND';
  }
}

const bundle = (app, entry) => (options) => {
  const original = server({ ...options, entry: join(root, `apps/${app}/src/main.ts`) });
  const assets = { from: join(root, `dist/apps/${app}/assets`), to: 'assets' };
  return {
    ...original,
    entry: { main: entry(options) },
    externals: [packages],
    devtool: false,
    output: { ...original.output, path: join(root, `dist/test/${app}`) },
    plugins: [...(original.plugins ?? []), new CopyRspackPlugin({ patterns: [assets] })],
  };
};

module.exports = [bundle('portal', ({ entry }) => entry), bundle('auth', () => join(root, 'apps/auth/src/main.ts'))];
