/** The directions of imports, as rules: apps -> libs; nest -> http, stores -> model; http and stores do not know each other. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    forbid('no-cycles', 'A cycle has no first file to read.', {}, { circular: true }),
    forbid('apps-apart', 'An app is deployed alone; the apps share one schema.', { path: '^apps/([^/]+)/' }, { path: '^apps/', pathNot: ['^apps/$1/', '\\.migration\\.ts$'] }),
    forbid('libs-below-apps', 'A library does not know who uses it.', { path: '^libs/', pathNot: '\\.(test|contract)\\.tsx?$' }, { path: '^(apps|tools|test)/' }),
    forbid('one-door', 'A library is entered through src/index.ts.', { path: '^(apps|libs/([^/]+))/' }, { path: '^libs/([^/]+)/src/', pathNot: ['^libs/$2/', '^libs/[^/]+/src/index\\.ts$', '^libs/ui/'] }),
    forbid('index-is-for-outsiders', 'Nothing inside a library imports its own door.', { path: '^libs/([^/]+)/' }, { path: '^libs/$1/src/index\\.ts$' }),
    forbid('model-is-pure', 'The model has no clock, no client and no framework.', { path: '^libs/session/src/model/', pathNot: '\\.test\\.ts$' }, { pathNot: ['^libs/session/src/model/', '^(node:)?crypto$'] }),
    forbid('stores-know-no-http', 'A store knows the model and its database client.', { path: '^libs/session/src/stores/' }, { path: ['^libs/session/src/(http|nest)/', '@nestjs/'] }),
    forbid('http-knows-no-store', 'The middleware knows the contract, not a backend.', { path: '^libs/session/src/http/', pathNot: '\\.test\\.ts$' }, { path: ['^libs/session/src/(stores|nest)/', '@nestjs/'] }),
    forbid('platform-knows-no-session', 'What every app needs does not know sessions.', { path: '^libs/platform/' }, { path: '^libs/(session|ui)/' }),
    forbid('demo-comes-out', 'Folders called demo can be deleted: only these files import from them.', { pathNot: ['/demo/', '^apps/[^/]+/src/[^/]+\\.module\\.ts$', '^apps/[^/]+/src/(config|auth-settings)\\.ts$', '^tools/local/extensions\\.ts$'] }, { path: '/demo/' }),
    forbid('no-dev-packages', 'Production code runs without devDependencies.', { path: '^(apps|libs)/[^/]+/src/', pathNot: '\\.(test|contract)\\.tsx?$' }, { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' }),
    forbid('resolvable', 'An import that resolves to nothing.', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The peers of the benchmark have packages of their own, which the workspace does not install.
    exclude: { path: ['^(dist|\\.local)', '^tools/bench/(peers|dist|node_modules)/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'], extensions: ['.ts', '.tsx', '.js', '.cjs', '.json'] },
  },
};
