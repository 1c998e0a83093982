// The portal as the apps are bundled, from another entry, beside the assets that `npm run build` made for it.
const { join } = require('node:path');
const { CopyRspackPlugin } = require('@rspack/core');
const [server] = require('../../rspack.config.cjs');

const root = join(__dirname, '../..');

module.exports = (options) => {
  const bundle = server(options);
  const from = join(root, 'dist/apps/portal/assets');
  return {
    ...bundle,
    entry: { main: options.entry },
    output: { ...bundle.output, path: join(root, 'dist/test/portal') },
    plugins: [...bundle.plugins, new CopyRspackPlugin({ patterns: [{ from, to: 'assets' }] })],
  };
};
