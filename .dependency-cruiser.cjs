/** Allowed import directions: apps -> libs; nest -> http, stores -> model, kit; http and stores do not import each other. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    forbid('no-cycles', 'Import cycles are forbidden.', {}, { circular: true }),
    forbid('apps-apart', 'Apps are deployed separately and do not import each other; they share one schema.', { path: '^apps/([^/]+)/' }, { path: '^apps/', pathNot: ['^apps/$1/', '\\.migration\\.ts$', '/own-data/'] }),
    forbid('libs-below-apps', 'A library does not import its users.', { path: '^libs/', pathNot: '\\.(test|contract)\\.tsx?$' }, { path: '^(apps|tools|test)/' }),
    forbid('one-door', 'Import a library only through src/index.ts.', { path: '^(apps|libs/([^/]+))/' }, { path: '^libs/([^/]+)/src/', pathNot: ['^libs/$2/', '^libs/[^/]+/src/index\\.ts$', '^libs/ui/'] }),
    forbid('index-is-for-outsiders', 'Files inside a library do not import its index.ts.', { path: '^libs/([^/]+)/' }, { path: '^libs/$1/src/index\\.ts$' }),
    forbid('model-is-pure', 'The model imports no clock, no client and no framework.', { path: '^libs/session/src/model/', pathNot: '\\.test\\.ts$' }, { pathNot: ['^libs/session/src/model/', '^(node:)?crypto$'] }),
    forbid('kit-is-alone', 'The kit is about concurrency and caching, not about sessions.', { path: '^libs/session/src/kit/', pathNot: '\\.test\\.ts$' }, { path: ['^libs/(?!session/src/kit/)', '^apps/', 'node_modules/'] }),
    forbid('stores-know-no-http', 'A store imports the model and its database client only.', { path: '^libs/session/src/stores/' }, { path: ['^libs/session/src/(http|nest)/', '@nestjs/'] }),
    forbid('http-knows-no-store', 'The middleware imports the store contract, not a backend.', { path: '^libs/session/src/http/', pathNot: '\\.test\\.ts$' }, { path: ['^libs/session/src/(stores|nest)/', '@nestjs/'] }),
    forbid('platform-knows-no-session', 'The platform does not import sessions or pages.', { path: '^libs/platform/' }, { path: '^libs/(session|ui)/' }),
    forbid('demo-comes-out', 'Folders called demo can be deleted: only these files import from them.', { pathNot: ['/demo/', '^apps/[^/]+/src/[^/]+\\.module\\.ts$', '^apps/[^/]+/src/(config|auth-settings)\\.ts$', '^tools/local/extensions\\.ts$', '^tools/openapi/document\\.ts$'] }, { path: '/demo/' }),
    forbid('mail-comes-out', 'Folders called mail can be deleted: only these files import from them.', { pathNot: ['/mail/', '^apps/auth/src/(auth\\.module|auth-settings|migrations|audit/audit-log|own-data/own-tables)\\.ts$', '^tools/local/extensions\\.ts$', '^tools/openapi/document\\.ts$', '^test/openapi/'] }, { path: '^(apps|libs|tools|test)/.*/mail/' }),
    forbid('totp-comes-out', 'Folders called totp can be deleted: only these files import from them.', { pathNot: ['/totp/', '^apps/auth/src/(auth\\.module|migrations|audit/audit-log|own-data/own-tables)\\.ts$', '^tools/openapi/document\\.ts$', '^test/openapi/'] }, { path: '^(apps|libs|tools|test)/.*/totp/' }),
    forbid('passkeys-come-out', 'Folders called passkeys can be deleted: only these files import from them.', { pathNot: ['/passkeys/', '^apps/auth/src/(auth\\.module|auth-settings|migrations|audit/audit-log|mail/notices/notices|own-data/own-tables)\\.ts$', '^tools/local/extensions\\.ts$', '^tools/openapi/document\\.ts$', '^test/openapi/'] }, { path: '^(apps|libs|tools|test)/.*/passkeys/' }),
    forbid('own-data-comes-out', 'Folders called own-data can be deleted: only these files import from them.', { pathNot: ['/own-data/', '^apps/auth/src/(auth\\.module|migrations|audit/audit-log)\\.ts$', '^tools/openapi/document\\.ts$', '^test/openapi/'] }, { path: '^(apps|libs|tools|test)/.*/own-data/' }),
    forbid('oidc-comes-out', 'Folders called oidc can be deleted: only these files import from them.', { pathNot: ['/oidc/', '^apps/auth/src/(auth\\.module|auth-settings|migrations|audit/audit-log|own-data/own-tables)\\.ts$', '^tools/local/extensions\\.ts$', '^tools/openapi/document\\.ts$', '^test/openapi/'] }, { path: '^(apps|libs|tools|test)/.*/oidc/' }),
    forbid('openapi-comes-out', 'Folders called openapi can be deleted: only the demo of the portal imports from one.', { pathNot: ['/openapi/', '^apps/portal/src/demo/demo\\.module\\.ts$'] }, { path: '^(apps|tools|test)/.*openapi/' }),
    forbid('no-dev-packages', 'Production code does not import devDependencies.', { path: '^(apps|libs)/[^/]+/src/', pathNot: '\\.(test|contract)\\.tsx?$' }, { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' }),
    forbid('resolvable', 'The import cannot be resolved.', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The benchmark's peers have their own packages, which the workspace does not install.
    exclude: { path: ['^(dist|\\.local)', '^tools/bench/(peers|dist|node_modules)/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'], extensions: ['.ts', '.tsx', '.js', '.cjs', '.json'] },
  },
};
