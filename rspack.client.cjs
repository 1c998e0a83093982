// The browser code of an app: one entry per kind of page, named by content hash, compressed at build time.
const { readdirSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');
const { brotliCompressSync } = require('node:zlib');
const rspack = require('@rspack/core');

/** Writes manifest.json (name to hashed file) and a Brotli version of every text file. */
class Manifest {
  apply(compiler) {
    compiler.hooks.thisCompilation.tap('Manifest', (compilation) => {
      const stage = rspack.Compilation.PROCESS_ASSETS_STAGE_REPORT;
      compilation.hooks.processAssets.tap({ name: 'Manifest', stage }, () => this.write(compilation));
    });
  }

  write(compilation) {
    const files = compilation.getAssets().map((asset) => asset.name);
    const names = files.map((file) => [file.replace(/\.[0-9a-f]{8}(\.\w+)$/, '$1'), file]);
    const packed = files.filter((file) => /\.(css|js|svg)$/.test(file));
    for (const file of packed) emit(compilation, `${file}.br`, brotliCompressSync(compilation.getAsset(file).source.buffer()));
    emit(compilation, 'manifest.json', JSON.stringify(Object.fromEntries(names)));
    emit(compilation, 'packed.json', JSON.stringify(packed));
  }
}

const emit = (compilation, name, content) => compilation.emitAsset(name, new rspack.sources.RawSource(content));

/** `site` is for every page of every app; an app adds an entry with every `*.entry.ts(x)` below its sources. */
function entries(sourceRoot) {
  const own = readdirSync(sourceRoot, { recursive: true }).filter((file) => /\.entry\.tsx?$/.test(file));
  const site = ['site', join(__dirname, 'libs/ui/src/client/site.ts')];
  return Object.fromEntries([site, ...own.map((file) => [basename(file).split('.')[0], join(sourceRoot, file)])]);
}

module.exports = (options) => {
  const sourceRoot = dirname(options.entry);
  const app = basename(dirname(sourceRoot));
  const swc = {
    jsc: {
      parser: { syntax: 'typescript', tsx: true },
      target: 'es2022',
      transform: { react: { runtime: 'automatic', importSource: 'preact' } },
    },
  };
  return {
    name: `${app}-client`,
    entry: entries(sourceRoot),
    mode: 'production',
    target: 'web',
    devtool: false,
    externals: [],
    externalsPresets: {},
    experiments: {},
    output: {
      path: join(__dirname, 'dist/apps', app, 'assets'),
      filename: '[name].[contenthash:8].js',
      cssFilename: '[name].[contenthash:8].css',
      assetModuleFilename: '[name].[contenthash:8][ext]',
      publicPath: 'auto',
      clean: true,
      module: true,
      chunkFormat: 'module',
    },
    module: {
      rules: [
        {
          test: /\.tsx?$/,
          exclude: /node_modules/,
          use: [{ loader: 'builtin:swc-loader', options: swc }],
          type: 'javascript/auto',
        },
        { test: /\.css$/, type: 'css' },
        { test: /\.(woff2|svg)$/, type: 'asset/resource' },
      ],
    },
    optimization: {
      nodeEnv: 'production',
      minimizer: [new rspack.SwcJsMinimizerRspackPlugin(), new rspack.LightningCssMinimizerRspackPlugin()],
    },
    node: false,
    plugins: [new Manifest()],
    stats: 'errors-warnings',
  };
};
