import { availableParallelism } from 'node:os';

/** All suites share one Redis and one Postgres; each suite has its own database, key prefix and ports. */
export default {
  testMatch: ['<rootDir>/{apps,libs,test,tools}/**/*.test.{ts,tsx}'],
  // Minutes by nature: npm run test:long.
  testPathIgnorePatterns: ['/node_modules/', '\\.long\\.test\\.ts$'],
  testSequencer: '<rootDir>/test/setup/longest-first.js',
  // Suites start processes of their own, which need the other half of the cores. Three keep a small machine busy while some wait.
  maxWorkers: Math.max(3, Math.ceil(availableParallelism() / 2)),
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: {
    '^@baton/(session|platform|tokens|ui|demo)$': '<rootDir>/libs/$1/src/index.ts',
    // `nest generate` writes imports with the extension of the built file.
    '^(\\.{1,2}/.+)\\.js$': ['$1.js', '$1.ts', '$1.tsx'],
  },
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
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
      },
    ],
  },
  globalSetup: '<rootDir>/test/setup/global-setup.ts',
  globalTeardown: '<rootDir>/test/setup/global-teardown.ts',
  testTimeout: 30_000,
};
